// Updates that are made of the gradients of some workers, as replicas recorded them.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "analysis/promises/history.hpp"

namespace psgrid::analysis {

// What pushes to a key counted for by some moment, in runs of the learner "tally".
class CountedPushes {
 public:
  // Nothing is counted where a model makes no such updates.
  explicit CountedPushes(const History& history);

  struct Count {
    double least = 0;  // in updates at a tail, of pushes that were all acknowledged
    double most = 0;   // in any update
  };
  // By a pull that began and ended at these places.
  Count count(Namespace table, Key key, Place begun, Place ended) const;

 private:
  using Steps = std::vector<std::pair<Place, double>>;  // by place: what all until then count for
  using PerKey = std::map<std::pair<Namespace, Key>, Steps>;

  PerKey surely_, perhaps_;
};

}  // namespace psgrid::analysis
