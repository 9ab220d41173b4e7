#include "scenarios/transforms.hpp"

#include <cmath>

#include "model/portable_math.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

std::vector<float>& values_of(Dataset& data) { return data.is_sparse() ? data.value : data.dense; }

// Calls visit(feature, value) for every stored value.
template <class Visit>
void for_each_value(Dataset& data, Visit visit) {
  std::vector<float>& values = values_of(data);
  for (std::size_t i = 0; i < values.size(); ++i)
    visit(data.is_sparse() ? data.column[i] : i % data.features, values[i]);
}

void take_logarithms(Dataset& train, Dataset& test) {
  for (Dataset* part : {&train, &test})
    for (float& value : values_of(*part)) value = static_cast<float>(portable_log1p(value));
}

void standardize(Dataset& train, Dataset& test) {
  const double rows = train.rows;
  std::vector<double> mean(train.features, 0.0), deviation(train.features, 0.0);
  for_each_value(train, [&](std::size_t feature, float value) { mean[feature] += value; });
  for (double& sum : mean) sum /= rows;
  for_each_value(train, [&](std::size_t feature, float value) {
    const double difference = value - mean[feature];
    deviation[feature] += difference * difference;
  });
  for (double& sum : deviation) sum = sum > 0 ? std::sqrt(sum / rows) : 1;
  for (Dataset* part : {&train, &test})
    for_each_value(*part, [&](std::size_t feature, float& value) {
      value = static_cast<float>((value - mean[feature]) / deviation[feature]);
    });
}

void scale_to_one(Dataset& train, Dataset& test) {
  std::vector<float> largest(train.features, 0.0F);
  for_each_value(train, [&](std::size_t feature, float value) {
    largest[feature] = std::max(largest[feature], std::abs(value));
  });
  for (Dataset* part : {&train, &test})
    for_each_value(*part, [&](std::size_t feature, float& value) {
      if (largest[feature] > 0) value /= largest[feature];
    });
}

}  // namespace

std::vector<InputError> check_transform(const RawData& raw, Transform transform) {
  if (transform != Transform::kLog1p && transform != Transform::kLog1pStandardize) return {};
  const Dataset& data = raw.data;
  for (std::uint32_t row = 0; row < data.rows; ++row)
    for (const float value : data.is_sparse() ? data.values_of(row) : data.dense_row(row))
      if (value <= -1)
        return {row_error(raw, row,
                          "found value " + number_text(value) +
                              ", expected more than -1 for its logarithm, log1p")};
  return {};
}

void apply_transform(Dataset& train, Dataset& test, Transform transform) {
  switch (transform) {
    case Transform::kNone:
      return;
    case Transform::kLog1p:
      return take_logarithms(train, test);
    case Transform::kLog1pStandardize:
      take_logarithms(train, test);
      return standardize(train, test);
    case Transform::kStandardize:
      return standardize(train, test);
    case Transform::kMaxAbs:
      return scale_to_one(train, test);
  }
}

}  // namespace psgrid::scenarios
