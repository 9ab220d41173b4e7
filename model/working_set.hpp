// The keys that a worker has touched so far.
#pragma once

#include <cstdint>
#include <vector>

#include "model/key_set.hpp"

namespace psgrid {

class WorkingSet {
 public:
  // `keys`: of one table after the other. Each is below the size of its table.
  void add(const std::vector<KeySet>& keys);

  // Of all tables.
  std::uint64_t size() const { return size_; }

 private:
  // Takes a bit a key only once there are different sets.
  struct Table {
    KeySet first;
    std::vector<bool> touched;
  };
  void mark(Table& table, const KeySet& keys);

  std::vector<Table> tables_;
  std::uint64_t size_ = 0;
};

}  // namespace psgrid
