#include "model/synthetic.hpp"

#include "model/check.hpp"
#include "model/random.hpp"

namespace psgrid {
namespace {

// Sub-streams: the truth does not depend on how many examples are drawn from it.
enum Part : std::uint32_t { kTruth, kExamples };

RandomStream stream(std::uint64_t seed, Part part) {
  return RandomStream(seed, manager_id(0), Purpose::kSynthetic, part);
}

float normal(RandomStream& random) { return static_cast<float>(random.normal()); }

Dataset make_linear(const SyntheticSpec& spec, std::uint64_t seed) {
  const LinearTruth truth = linear_truth(spec, seed);
  RandomStream random = stream(seed, kExamples);
  Dataset data;
  data.rows = spec.rows;
  data.features = spec.features;
  data.dense.reserve(std::size_t{spec.rows} * spec.features);
  for (std::uint32_t row = 0; row < spec.rows; ++row) {
    double label = truth.bias;
    for (const float weight : truth.weights) {
      data.dense.push_back(normal(random));
      label += double{weight} * data.dense.back();
    }
    data.labels.push_back(static_cast<float>(label + spec.noise * random.normal()));
  }
  return data;
}

}  // namespace

LinearTruth linear_truth(const SyntheticSpec& spec, std::uint64_t seed) {
  RandomStream random = stream(seed, kTruth);
  LinearTruth truth;
  truth.bias = normal(random);
  for (std::uint32_t i = 0; i < spec.features; ++i) truth.weights.push_back(normal(random));
  return truth;
}

Dataset make_synthetic(const SyntheticSpec& spec, std::uint64_t seed) {
  switch (spec.type) {
    case SyntheticType::kLinear:
      return make_linear(spec, seed);
  }
  PSGRID_CHECK(false, "a type of synthetic data that exists");
}

}  // namespace psgrid
