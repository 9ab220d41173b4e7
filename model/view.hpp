// A view of the cluster: who takes part in an epoch, and which server holds which keys.
//
// The manager makes one and sends it to every node; it never changes. In a message only its
// description travels: whoever decodes it lays the same rings again.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "model/ids.hpp"
#include "model/job_spec.hpp"
#include "model/key_ring.hpp"
#include "model/values.hpp"

namespace psgrid {

struct TableShape {
  std::uint64_t keys = 0;
  std::uint32_t width = 1;  // values of a row
};

struct ViewDescription {
  Epoch epoch;
  std::uint32_t workers = 0;            // ranks 0, ..., workers - 1
  std::vector<std::uint32_t> servers;   // ranks, strictly rising
  PartitionSpec partition;
  std::vector<TableShape> tables;       // of namespace 0, 1, ...
};

class View {
 public:
  explicit View(ViewDescription description);

  const ViewDescription& description() const { return description_; }
  Epoch epoch() const { return description_.epoch; }
  std::uint32_t workers() const { return description_.workers; }
  std::uint32_t servers() const { return static_cast<std::uint32_t>(description_.servers.size()); }
  NodeId server_at(std::uint32_t position) const {
    return server_id(description_.servers[position]);
  }
  const KeyRing& ring(Namespace table) const { return rings_[table.value]; }

  // All keys of all tables: asked for this, a server answers with those that it holds.
  const Sections& everything() const { return everything_; }

  // What the server at a position holds of all tables, as phantom rows. Like everything(), one list
  // that many messages share.
  const Sections& phantom_rows(std::uint32_t position) const { return phantom_rows_[position]; }

 private:
  ViewDescription description_;
  std::vector<KeyRing> rings_;
  Sections everything_;
  std::vector<Sections> phantom_rows_;  // by server
};

using ViewPtr = std::shared_ptr<const View>;

}  // namespace psgrid
