// The consistency models that differ in how stale a read may be, each with and without its options.
#pragma once

#include <vector>

#include "model/job_spec.hpp"

namespace psgrid::testing {

inline std::vector<ConsistencySpec> staleness_models() {
  return {{.model = ConsistencyModel::kBsp},
          {.model = ConsistencyModel::kSsp, .staleness = 2},
          {.model = ConsistencyModel::kSsp, .staleness = 2, .cache = true},
          {.model = ConsistencyModel::kBoundedDelay, .delay = 2},
          {.model = ConsistencyModel::kAsync}};
}

}  // namespace psgrid::testing
