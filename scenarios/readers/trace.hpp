// A straggler trace: CSV with the columns time (seconds), node ("worker[3]") and factor.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/cluster_spec.hpp"
#include "scenarios/input_error.hpp"

namespace psgrid::scenarios {

// The rows by rising time (rows of the same time stay in order). The header line is optional; a
// node may be a range, which stands for a row each. All errors of the file, up to a hundred.
Result<std::vector<StragglerSpec::TracePoint>> read_trace(std::string_view text,
                                                          const std::string& name,
                                                          const ClusterSpec& cluster);

}  // namespace psgrid::scenarios
