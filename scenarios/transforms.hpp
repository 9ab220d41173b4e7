// Feature transforms of a data set; see Transform in model/job_spec.hpp.
#pragma once

#include <vector>

#include "model/dataset.hpp"
#include "model/job_spec.hpp"
#include "scenarios/readers/raw_data.hpp"

namespace psgrid::scenarios {

// Whether it gives up the zeros of sparse data.
constexpr bool standardizes(Transform transform) {
  return transform == Transform::kStandardize || transform == Transform::kLog1pStandardize;
}

// An error at the first row that the transform is not defined for (log1p of -1 or less).
std::vector<InputError> check_transform(const RawData& raw, Transform transform);

// log1p: ln(1 + x). standardize (dense only): less the mean, divided by the standard deviation.
// max_abs: divided by the largest absolute value. The last two by feature, with statistics of the
// training part; a constant feature is only shifted, an all-zero one left alone.
void apply_transform(Dataset& train, Dataset& test, Transform transform);

}  // namespace psgrid::scenarios
