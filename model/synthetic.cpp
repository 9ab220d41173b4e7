#include "model/synthetic.hpp"

#include <cmath>
#include <unordered_set>

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

Dataset make_ratings(const SyntheticSpec& spec, std::uint64_t seed) {
  const std::uint64_t pairs = std::uint64_t{spec.users} * spec.items;
  PSGRID_CHECK(spec.rows <= pairs, "at most as many ratings as pairs");
  RandomStream truth = stream(seed, kTruth), random = stream(seed, kExamples);
  const double scale = 1 / std::sqrt(std::sqrt(double{1.0} * spec.rank));
  std::vector<double> factors((std::size_t{spec.users} + spec.items) * spec.rank);
  for (double& factor : factors) factor = scale * truth.normal();

  Dataset data;
  data.rows = spec.rows;
  data.features = spec.users + spec.items;
  data.users = spec.users;
  data.row_begin.push_back(0);
  std::unordered_set<std::uint64_t> drawn;
  while (data.labels.size() < spec.rows) {
    const std::uint64_t pair = random.below(pairs);
    if (!drawn.insert(pair).second) continue;
    const auto user = static_cast<std::uint32_t>(pair / spec.items);
    const auto item = spec.users + static_cast<std::uint32_t>(pair % spec.items);
    double label = spec.noise * random.normal();
    for (std::uint32_t f = 0; f < spec.rank; ++f)
      label +=
          factors[std::size_t{user} * spec.rank + f] * factors[std::size_t{item} * spec.rank + f];
    data.labels.push_back(static_cast<float>(label));
    data.column.insert(data.column.end(), {user, item});
    data.value.insert(data.value.end(), {1, 1});
    data.row_begin.push_back(data.column.size());
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
    case SyntheticType::kRatings:
      return make_ratings(spec, seed);
  }
  PSGRID_CHECK(false, "a type of synthetic data that exists");
}

}  // namespace psgrid
