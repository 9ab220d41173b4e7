#include "model/learners/count_min.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "model/check.hpp"
#include "model/update_rules/add.hpp"

namespace psgrid {
namespace {

constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61) - 1;
constexpr double kE = 2.718281828459045;

}  // namespace

SketchHashes::SketchHashes(std::uint64_t seed, std::uint32_t width, std::uint32_t depth)
    : width_(width), factors_(depth) {
  PSGRID_CHECK(width > 0 && depth > 0, "counters");
  for (std::uint32_t row = 0; row < depth; ++row) {
    RandomStream random(seed, manager_id(0), Purpose::kHashing, row);
    factors_[row] = {1 + random.below(kPrime - 1), random.below(kPrime)};
  }
}

// ((a item + b) mod p) mod width: pairwise independent (Carter, Wegman 1979).
Key SketchHashes::key(std::uint64_t item, std::uint32_t row) const {
  __extension__ typedef unsigned __int128 Wide;
  const Wide product = Wide{factors_[row].a} * item + factors_[row].b;
  return std::uint64_t{row} * width_ + static_cast<std::uint64_t>(product % kPrime) % width_;
}

CountMin::CountMin(const LearnerSpec& spec)
    : spec_(spec), hashes_(spec.seed, spec.width, spec.depth), zipf_(spec.items, spec.skew) {}

std::vector<Table> CountMin::tables() const {
  return {{.name = "counters",
           .id = {0},
           .keys = std::uint64_t{spec_.width} * spec_.depth,
           .width = 1,
           .initial = {}},
          {.name = "batches", .id = {1}, .keys = spec_.workers, .width = 1, .initial = {}}};
}

std::unique_ptr<UpdateRule> CountMin::update_rule() const { return std::make_unique<Add>(); }

std::vector<std::uint32_t> CountMin::made_up_rows(std::uint32_t worker, Clock iteration) const {
  return {worker, iteration.value};
}

std::vector<KeySet> CountMin::keys(const Dataset&, std::span<const std::uint32_t>) {
  return {KeySet(), KeySet()};
}

template <class Visit>
void CountMin::for_each_item(std::uint32_t worker, Clock iteration, Visit visit) const {
  RandomStream random(spec_.seed, worker_id(worker), Purpose::kStream, iteration.value);
  for (std::uint32_t i = 0; i < spec_.batch; ++i) visit(zipf_.draw(random));
}

Gradient CountMin::gradient(const Dataset&, std::span<const std::uint32_t> rows,
                            const std::vector<Section>&) {
  PSGRID_CHECK(rows.size() == 2, "a worker and an iteration");
  std::map<Key, float> counts;
  for_each_item(rows[0], {rows[1]}, [&](std::uint64_t item) {
    for (std::uint32_t row = 0; row < hashes_.depth(); ++row) ++counts[hashes_.key(item, row)];
  });
  std::vector<Key> keys;
  std::vector<float> values;
  for (const auto& [key, count] : counts) {
    keys.push_back(key);
    values.push_back(count);
  }
  return {{{{0}, KeySet::list(std::move(keys)), Values(std::move(values))},
           {{1}, KeySet::range(rows[0], rows[0] + 1), Values({1.0f})}},
          0};
}

Evaluation CountMin::evaluate(const Dataset&, const std::vector<Section>& weights) const {
  const std::span<const float> counters = weights.at(0).values.data();
  const std::span<const float> batches = weights.at(1).values.data();
  std::map<std::uint64_t, double> counts;
  double length = 0;
  for (std::uint32_t worker = 0; worker < batches.size(); ++worker)
    for (Clock iteration; iteration.value < double{batches[worker]}; iteration = iteration.next()) {
      for_each_item(worker, iteration, [&](std::uint64_t item) { ++counts[item]; });
      length += spec_.batch;
    }
  if (counts.empty()) return {.loss = 0, .metric = 1};
  const double bound = length * kE / spec_.width;
  double error = 0, within = 0;
  for (const auto& [item, count] : counts) {
    double estimate = std::numeric_limits<double>::infinity();
    for (std::uint32_t row = 0; row < hashes_.depth(); ++row)
      estimate = std::min(estimate, double{counters[hashes_.key(item, row)]});
    error += estimate - count;
    within += estimate >= count && estimate <= count + bound;
  }
  const double queries = static_cast<double>(counts.size());
  return {.loss = error / queries / length, .metric = within / queries};
}

double CountMin::flops_per_example(const Dataset&) const { return 4.0 * spec_.depth; }

}  // namespace psgrid
