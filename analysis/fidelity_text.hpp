// The words and figures that the table and the report of a fidelity check have in common.
#pragma once

#include <optional>
#include <string>

#include "analysis/fidelity.hpp"

namespace psgrid::analysis {

// "+1.2 %", "0.0 %"; the error of the simulator relative to sockets. "-" if absent.
std::string relative_text(const std::optional<BothWays>& both);

// "+0.03"; simulator less sockets. "-" if absent.
std::string difference_text(const std::optional<BothWays>& both);

// The same in percentage points of a share: "+1.2".
std::string points_text(const std::optional<BothWays>& both);

// "1.2 %" of a share, "0.987" of a coefficient. "-" if absent.
std::string percent_text(const std::optional<double>& share);
std::string coefficient_text(const std::optional<double>& value);

// "equal" if every node has the same bytes, else the relative error.
std::string bytes_text(const CaseFidelity& each);

}  // namespace psgrid::analysis
