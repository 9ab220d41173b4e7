// Sums of gradients that may touch different keys.
#pragma once

#include <vector>

#include "model/values.hpp"

namespace psgrid {

// `sum` + `more`, in this order, of each table: of the keys that either has. At most one section a
// table in each.
std::vector<Section> add_rows(std::vector<Section> sum, const std::vector<Section>& more);

}  // namespace psgrid
