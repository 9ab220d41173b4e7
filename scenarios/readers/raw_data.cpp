#include "scenarios/readers/raw_data.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {

InputError row_error(const RawData& raw, std::uint32_t row, std::string message) {
  if (!raw.line.empty()) return {raw.file, raw.line[row], 0, "", std::move(message)};
  return {raw.file, 0, 0, "", "row " + std::to_string(row + 1) + ": " + std::move(message)};
}

namespace {

std::vector<InputError> collect_labels(const RawData& raw, std::set<std::int64_t>& labels) {
  for (std::uint32_t row = 0; row < raw.data.rows; ++row) {
    const float label = raw.data.labels[row];
    if (label != std::floor(label) || label < -1 || label >= static_cast<float>(kMaxClasses))
      return {row_error(raw, row,
                        "found label " + number_text(label) +
                            ", expected -1, or a class from 0 to " +
                            std::to_string(kMaxClasses - 1))};
    labels.insert(static_cast<std::int64_t>(label));
  }
  return {};
}

std::vector<InputError> mixed_signs(const RawData& raw) {
  for (std::uint32_t row = 0; row < raw.data.rows; ++row)
    if (raw.data.labels[row] < 0)
      return {row_error(raw, row,
                        "found label -1 among labels other than +1, expected -1 and +1 only, or "
                        "classes from 0")};
  return {};
}

}  // namespace

std::vector<InputError> assign_classes(RawData& train, RawData* test) {
  std::set<std::int64_t> labels;
  std::vector<InputError> errors = collect_labels(train, labels);
  if (errors.empty() && test) errors = collect_labels(*test, labels);
  if (!errors.empty() || labels.empty()) return errors;

  const bool signs = labels.contains(-1);
  if (signs && *labels.rbegin() != 1 && labels.size() > 1) return mixed_signs(train);
  if (signs && labels.size() > 2) {
    errors = mixed_signs(train);
    return errors.empty() && test ? mixed_signs(*test) : errors;
  }
  const bool from_one = !signs && labels.size() >= 2 && *labels.begin() == 1 &&
                        *labels.rbegin() == static_cast<std::int64_t>(labels.size());
  const std::uint32_t classes =
      signs ? 2 : static_cast<std::uint32_t>(*labels.rbegin() + (from_one ? 0 : 1));
  for (RawData* raw : {&train, test}) {
    if (!raw) continue;
    raw->data.classes = std::max<std::uint32_t>(classes, 2);
    for (float& label : raw->data.labels) {
      if (signs) label = label > 0 ? 1.0F : 0.0F;
      if (from_one) label -= 1;
    }
  }
  return {};
}

Dataset to_dense(const Dataset& sparse) {
  Dataset dense;
  dense.rows = sparse.rows;
  dense.features = sparse.features;
  dense.classes = sparse.classes;
  dense.labels = sparse.labels;
  dense.dense.assign(std::size_t{sparse.rows} * sparse.features, 0.0F);
  for (std::uint32_t row = 0; row < sparse.rows; ++row) {
    float* values = dense.dense.data() + std::size_t{row} * sparse.features;
    for (std::uint64_t i = sparse.row_begin[row]; i < sparse.row_begin[row + 1]; ++i)
      values[sparse.column[i]] = sparse.value[i];
  }
  return dense;
}

double density(const Dataset& data) {
  const double cells = static_cast<double>(data.rows) * data.features;
  if (cells == 0) return 0;
  if (data.is_sparse()) return static_cast<double>(data.value.size()) / cells;
  const auto zeros = std::count(data.dense.begin(), data.dense.end(), 0.0F);
  return 1 - static_cast<double>(zeros) / cells;
}

}  // namespace psgrid::scenarios
