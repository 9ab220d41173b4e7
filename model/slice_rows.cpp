#include "model/slice_rows.hpp"

namespace psgrid {

Values cut(const Values& whole, std::uint32_t width, const Slice& slice) {
  if (whole.is_phantom()) return Values::phantom(slice.keys.size() * width);
  if (slice.rows.size() == 1)
    return whole.part(slice.rows[0].first * width, slice.rows[0].count * width);
  std::vector<float> values;
  values.reserve(slice.keys.size() * width);
  for (const Slice::Rows& rows : slice.rows) {
    const float* from = whole.data().data() + rows.first * width;
    values.insert(values.end(), from, from + rows.count * width);
  }
  return Values(std::move(values));
}

}  // namespace psgrid
