#include "real/calibrate.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>

#include "model/random.hpp"
#include "model/shard.hpp"
#include "model/update_rule.hpp"
#include "real/traffic.hpp"

namespace psgrid::real {

namespace {

using SteadyClock = std::chrono::steady_clock;

// Seconds of one call: the fastest of several, each of many calls that take a while together.
template <class Action>
double fastest_s(Action&& action) {
  constexpr int kTries = 5;
  constexpr double kTryTime = 0.05;
  double best = 1e9;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto start = SteadyClock::now();
    double elapsed = 0;
    int calls = 0;
    do {
      action();
      ++calls;
      elapsed = std::chrono::duration<double>(SteadyClock::now() - start).count();
    } while (elapsed < kTryTime);
    best = std::min(best, elapsed / calls);
  }
  return best;
}

void measure_server(Calibration& result) {
  constexpr std::uint64_t kValues = 4'000'000;
  const Table table{.name = "weights", .id = {0}, .keys = kValues, .width = 1};
  const KeySet keys = KeySet::range(0, kValues);
  const std::unique_ptr<UpdateRule> rule = make_update_rule({});
  Shard shard(table, keys, *rule, 1, false);
  const Section gradient{{0}, keys, Values(std::vector<float>(kValues, 1e-6f))};
  std::uint64_t step = 0;
  result.apply_s_per_value = fastest_s([&] { shard.apply(gradient, 1, ++step); }) / kValues;
  result.serve_s_per_value = fastest_s([&] { shard.read(keys); }) / kValues;
}

// Rows of random features with random labels: how fast, not how well.
Dataset random_rows(std::uint32_t rows, std::uint32_t features, std::uint32_t classes) {
  RandomStream random(1, worker_id(0), Purpose::kSynthetic);
  Dataset data;
  data.rows = rows;
  data.features = features;
  data.classes = classes;
  for (std::uint32_t row = 0; row < rows; ++row) {
    data.labels.push_back(static_cast<float>(random.below(classes)));
    for (std::uint32_t i = 0; i < features; ++i)
      data.dense.push_back(static_cast<float>(random.uniform()));
  }
  return data;
}

double learner_flops_per_s(const LearnerSpec& spec, std::uint32_t classes) {
  const Dataset data = random_rows(64, 256, classes);
  const std::unique_ptr<Learner> learner = make_learner(spec, &data);
  std::vector<std::uint32_t> rows(data.rows);
  std::iota(rows.begin(), rows.end(), 0u);
  const std::vector<KeySet> keys = learner->keys(data, rows);
  std::vector<Section> weights;
  for (const Table& table : learner->tables()) {
    const KeySet& wanted = keys[weights.size()];
    weights.push_back(
        {table.id, wanted, Values(std::vector<float>(wanted.size() * table.width, 0.01f))});
  }
  const double seconds = fastest_s([&] { learner->gradient(data, rows, weights); });
  return learner->flops_per_example(data) * data.rows / seconds;
}

}  // namespace

Calibration calibrate(const std::function<void(const std::string& what)>& on_step) {
  Calibration result;
  on_step("small messages");
  constexpr std::uint64_t kPiece = 16, kRequests = 10'000;
  const Traffic one_at_a_time{
      .values = kRequests * kPiece, .piece = kPiece, .outstanding = 1, .rounds = 3};
  result.latency_s = seconds_per_round(one_at_a_time) / kRequests / 2;
  Traffic many_at_a_time = one_at_a_time;
  many_at_a_time.outstanding = 1000;
  result.message_s = seconds_per_round(many_at_a_time) / kRequests;
  on_step("large messages");
  const Traffic large{};
  result.bandwidth = 4 * static_cast<double>(large.values) / seconds_per_round(large);
  on_step("a server's work");
  measure_server(result);
  on_step("gradients");
  result.learners = {
      {"logistic_regression", learner_flops_per_s({.type = LearnerType::kLogisticRegression}, 2)},
      {"svm", learner_flops_per_s({.type = LearnerType::kSvm}, 2)},
      {"softmax_regression", learner_flops_per_s({.type = LearnerType::kSoftmaxRegression}, 10)},
      {"perceptron", learner_flops_per_s({.type = LearnerType::kPerceptron, .hidden = {64}}, 10)}};
  return result;
}

}  // namespace psgrid::real
