// Whether a cluster has to survive the faults of a scenario without a loss.
#pragma once

#include "model/run_spec.hpp"

namespace psgrid::scenarios {

// No chain can lose its last replica, and no council the memory of most of its managers. Careful
// rather than exact: a node that was out counts as out until it surely knows again what it has to.
bool is_tolerated(const RunSpec& run);

}  // namespace psgrid::scenarios
