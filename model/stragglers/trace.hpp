// Slow spells as recorded: factors by time and node from a trace file.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "model/stragglers/straggler.hpp"

namespace psgrid {

// A row (time, node, factor) holds from its time to the node's next row; before its first row a
// node is nominal. Of rows with the same time and node the last wins.
class TraceStraggler final : public Straggler {
 public:
  explicit TraceStraggler(const StragglerSpec& spec);

  double factor(NodeId node, std::uint64_t index, Time at) const override;
  Time holds_until(NodeId node, Time at) const override;

 private:
  struct Step {
    double time;
    double factor;
  };
  std::unordered_map<NodeId, std::vector<Step>> steps_;  // by time
};

}  // namespace psgrid
