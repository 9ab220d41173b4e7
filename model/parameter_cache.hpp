// Rows that a worker has read, with the clock up to which they hold everybody's updates (the
// process cache of Ho et al., NIPS 2013). Its own updates are applied to the cached rows at once,
// so it reads its own writes; that needs a rule like plain SGD, where the effect of a push is known
// beforehand.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "model/ids.hpp"
#include "model/values.hpp"

namespace psgrid {

class ParameterCache {
 public:
  // widths: of a row of each table. step: how far one worker's gradient moves a weight
  // (learning rate / number of workers).
  ParameterCache(std::vector<std::uint32_t> widths, float step);

  // The keys among `keys` whose rows are absent or lack updates of iterations before `required`.
  KeySet missing(Namespace table, const KeySet& keys, Clock required) const;

  // Rows as read from the servers; they replace what is cached.
  void store(const Section& section, Clock slowest);

  // The worker pushes this gradient.
  void apply_own(const Section& gradient);

  // Rows of keys that are all cached, and the oldest of their clocks.
  Section read(Namespace table, const KeySet& keys, Clock& slowest) const;

 private:
  struct Row {
    Clock slowest;
    std::vector<float> values;
  };
  std::vector<std::uint32_t> widths_;
  float step_;
  std::vector<std::unordered_map<Key, Row>> tables_;
};

}  // namespace psgrid
