// What a check has found broken: the first few cases, as thousands would say no more.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "analysis/promises/broken.hpp"

namespace psgrid::analysis {

class Findings {
 public:
  explicit Findings(Promise promise) : promise_(promise) {}

  bool is_full() const { return list_.size() == kMost; }

  void add(Time at, std::string what, std::vector<NodeId> nodes = {},
           std::vector<TableKey> keys = {}) {
    if (!is_full())
      list_.push_back({promise_, std::move(what), at, std::move(nodes), std::move(keys)});
  }

  // What has not happened between two moments.
  void add_late(Time since, Time at, std::string what, std::vector<NodeId> nodes = {}) {
    if (!is_full()) list_.push_back({promise_, std::move(what), at, std::move(nodes), {}, since});
  }

  std::vector<Broken> take() && { return std::move(list_); }

 private:
  static constexpr std::size_t kMost = 3;

  const Promise promise_;
  std::vector<Broken> list_;
};

}  // namespace psgrid::analysis
