// Slow spells that come and go: an on/off Markov process for each node.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "model/stragglers/straggler.hpp"

namespace psgrid {

// A node is slow for exponential times of mean `mean_on` seconds and nominal for exponential times
// of mean `mean_off`, from a stationary start: at any moment it is slow with probability
// mean_on / (mean_on + mean_off).
class BurstsStraggler final : public Straggler {
 public:
  // Requires mean_on > 0 and mean_off > 0.
  BurstsStraggler(const StragglerSpec& spec, StragglerDraws draws);

  double factor(NodeId node, std::uint64_t index, Time at) const override;
  Time holds_until(NodeId node, Time at) const override;

 private:
  // When a node changes between slow and nominal, rising, as far as anyone has asked. The first
  // state ends at switches[0]; draw 0 chooses it and draw n + 1 gives the n-th state's length.
  struct Timeline {
    bool slow_at_first = false;
    std::vector<double> switches;
  };

  bool slow_in_state(const Timeline& timeline, std::size_t state) const {
    return timeline.slow_at_first == (state % 2 == 0);
  }

  // The node's timeline, reaching beyond `at`; *state is the number of the state `at` lies in.
  const Timeline& timeline(NodeId node, Time at, std::size_t* state) const;

  double factor_, mean_on_, mean_off_;
  StragglerDraws draws_;
  mutable std::unordered_map<NodeId, Timeline> timelines_;
};

}  // namespace psgrid
