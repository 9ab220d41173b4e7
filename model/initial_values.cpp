#include "model/initial_values.hpp"

#include <algorithm>

#include "model/check.hpp"
#include "model/random.hpp"

namespace psgrid {

void initial_row(std::uint64_t seed, const Table& table, Key key, std::span<float> row) {
  PSGRID_CHECK(row.size() == table.width, "a row of the table's width");
  if (table.initial.scale == 0) {
    std::fill(row.begin(), row.end(), 0.0f);
    return;
  }
  // No node owns these numbers. The two halves of the key name a stream and a place in it.
  const RandomStream random(seed, manager_id(static_cast<std::uint32_t>(key >> 32)),
                            Purpose::kInitialValues, table.id.value);
  const std::uint64_t first = (key & 0xffffffffu) * table.width;
  for (std::size_t i = 0; i < row.size(); ++i)
    row[i] = static_cast<float>((2 * random.uniform_at(first + i) - 1) * table.initial.scale);
}

}  // namespace psgrid
