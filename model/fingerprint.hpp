// A hash of a model's parameters: equal for models that agree in every bit, on every machine.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace psgrid {

// tables: the values of each table, in key order.
std::uint64_t fingerprint(std::span<const std::vector<float>> tables);

}  // namespace psgrid
