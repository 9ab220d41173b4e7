// Where training starts: the parameters before the first update.
#pragma once

#include <cstdint>
#include <span>

#include "model/ids.hpp"
#include "model/learner.hpp"

namespace psgrid {

// Fills `row` (table.width values) with the initial values of `key`: zeros, or uniform in
// [-scale, scale]. Depends on nothing but the seed, the table's id and initial scale, and the key,
// so it does not matter which server draws a row, or when.
void initial_row(std::uint64_t seed, const Table& table, Key key, std::span<float> row);

}  // namespace psgrid
