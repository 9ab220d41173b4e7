// All straggler models of a scenario together: how long computations really take.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "model/cluster_spec.hpp"
#include "model/ids.hpp"
#include "model/stragglers/straggler.hpp"

namespace psgrid {

// Factors of several models that select a node multiply. A model draws by its position in the
// list, so changing one, or giving it other nodes, leaves the draws of the rest as they were.
// Not thread-safe.
class StragglerSet {
 public:
  StragglerSet(const std::vector<StragglerSpec>& specs, std::uint64_t seed);

  // By how much computation `index` of `node` is slowed down at the moment `at`.
  double factor(NodeId node, std::uint64_t index, Time at) const;

  // How long computation `index` of `node` takes from `start`, if its nominal time is `nominal`.
  // The part of the work that falls into a slow spell is slowed down, the rest is not: the result
  // is the T for which the integral of 1/factor over [start, start + T] is `nominal`.
  Duration stretched(NodeId node, std::uint64_t index, Time start, Duration nominal) const;

 private:
  struct Entry {
    NodeSelector nodes;
    std::unique_ptr<Straggler> straggler;
  };

  Time holds_until(NodeId node, Time at) const;

  std::vector<Entry> entries_;
};

}  // namespace psgrid
