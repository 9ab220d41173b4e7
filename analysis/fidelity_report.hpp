// report.html of a fidelity check: one self-contained page that needs no network.
#pragma once

#include <string>

#include "analysis/fidelity.hpp"

namespace psgrid::analysis {

std::string fidelity_html(const FidelityData& data);

}  // namespace psgrid::analysis
