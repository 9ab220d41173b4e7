// Which server holds which keys of a table.
//
// With consistent hashing every server has several points (virtual nodes) on a ring that spans the
// table's key space; a server holds the keys from each of its points up to the next point of any
// server (Karger et al. 1997; Li et al. 2014, section 4.3). Range partitioning instead cuts the
// key space into equal parts in server order. Immutable; one a table and epoch, shared by copies.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/ids.hpp"
#include "model/job_spec.hpp"
#include "model/key_set.hpp"

namespace psgrid {

// One server's part of a key set, and where its rows lie in the whole.
struct Slice {
  std::uint32_t shard = 0;  // position in the ring's list of servers, not a rank
  KeySet keys;
  struct Rows {
    std::uint64_t first = 0;  // index of a row in the whole set
    std::uint64_t count = 0;
  };
  std::vector<Rows> rows;  // in the order of `keys`
};

using Slices = std::vector<Slice>;  // by rising server, none empty

class KeyRing {
 public:
  // servers: ranks, strictly rising, at least one. keys: size of the table's key space, > 0.
  KeyRing(const PartitionSpec& partition, std::vector<std::uint32_t> servers, Namespace table,
          std::uint64_t keys);

  // Position (in the list of servers) of the server that holds a key.
  std::uint32_t owner(Key key) const;

  // Keys held by the server at a position; empty if it holds none.
  const KeySet& owned(std::uint32_t position) const { return owned_[position]; }

  // All keys of the table; slicing this very set costs nothing.
  const KeySet& all() const { return all_; }

  std::shared_ptr<const Slices> slice(const KeySet& keys) const;

  // Largest share of the keys that one server holds, over the mean share: 1 is perfect balance.
  double skew() const;

 private:
  struct Segment {
    Key begin = 0;
    std::uint32_t server = 0;
  };

  void lay_points(std::uint32_t virtual_nodes, Namespace table);
  void lay_equal_ranges();
  Key end_of(std::size_t segment) const;
  std::size_t segment_of(Key key) const;

  std::vector<std::uint32_t> servers_;
  std::uint64_t keys_;
  std::vector<Segment> segments_;  // by key; the first begins at 0
  std::vector<KeySet> owned_;
  KeySet all_;
  std::shared_ptr<const Slices> all_slices_;
};

}  // namespace psgrid
