// Runs that no simulator made: the records that workers and servers under SSP(s) would send, from
// a recurrence over iteration times and a made-up loss. For tests of what becomes of records.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "analysis/comparison.hpp"
#include "analysis/run_recorder.hpp"
#include "model/random.hpp"
#include "model/run_observer.hpp"

namespace psgrid::analysis::testing {

constexpr std::uint32_t unbounded = std::numeric_limits<std::uint32_t>::max();

struct SyntheticSpec {
  std::string name = "BSP";
  std::uint32_t staleness = 0;  // unbounded: async
  std::uint32_t workers = 32;
  std::uint32_t servers = 4;
  std::uint32_t iterations = 150;
  std::uint64_t seed = 1;
  double target_loss = 0.25;
  bool crash = false;
};

class SyntheticRun {
 public:
  explicit SyntheticRun(SyntheticSpec spec) : spec_(std::move(spec)) {}

  RunHeader header() const {
    RunHeader header;
    header.scenario = "bsp-ssp-async";
    header.variant = spec_.name;
    header.seed = spec_.seed;
    header.backend = "sim";
    header.consistency = spec_.staleness == 0 ? "BSP"
                         : spec_.staleness == unbounded
                             ? "async"
                             : "SSP, staleness " + std::to_string(spec_.staleness);
    header.workers = spec_.workers;
    header.servers = spec_.servers;
    header.managers = 1;
    header.replicas = spec_.crash ? 2 : 1;
    header.network = "star, 125 MB/s, 50 us";
    header.stragglers = "worker[0-7]: persistent x2; worker[0-31]: 1 + exponential, rate 2";
    header.learner = "logistic regression";
    header.optimizer = "SGD, learning rate 0.1";
    header.data = "spambase.libsvm.gz";
    header.batch = 32;
    header.metric_name = "accuracy";
    header.target_loss = spec_.target_loss;
    return header;
  }

  // Every record in order of time; stops at the target loss.
  void play(RunObserver& observer) {
    plan();
    std::stable_sort(happenings_.begin(), happenings_.end(),
                     [](const Happening& a, const Happening& b) { return a.time < b.time; });
    for (const Happening& happening : happenings_) {
      happening.tell(observer);
      now_ = happening.time;
      if (finished_) break;
    }
    observer.on_totals({now_}, totals());
  }

  RunData run(RecorderOptions options = {}) {
    RunRecorder recorder(header(), options);
    play(recorder);
    return recorder.finish(RunStatus::kDone);
  }

 private:
  struct Happening {
    double time = 0;
    std::function<void(RunObserver&)> tell;
  };

  void at(double time, NodeId node, Record record) {
    happenings_.push_back({time, [=](RunObserver& o) { o.on_record({time}, node, record); }});
  }

  void plan() {
    std::vector<RandomStream> random;
    for (std::uint32_t w = 0; w < spec_.workers; ++w) {
      random.emplace_back(spec_.seed, worker_id(w), Purpose::kStraggler);
      at(0, worker_id(w), Event{"join", ""});
    }
    if (spec_.crash) {
      at(1.5, server_id(1), Event{"crash", "memory lost, \"by schedule\""});
      at(1.9, manager_id(0), Event{"lost", "server[1]"});
      at(1.9, manager_id(0), Event{"view", "epoch 2: shard 0 at server[0]; shard 1 at server[2]"});
      at(1.95, server_id(0), Event{"accepting", "shard 0, epoch 2"});
      at(2, server_id(2), Event{"accepting", "shard 1, epoch 2"});
    }
    std::vector<double> finish(spec_.workers, 0.0);
    std::vector<double> all_finished;  // when the slowest worker finished each clock
    for (std::uint32_t c = 0; c < spec_.iterations; ++c) {
      const bool gated = spec_.staleness != unbounded && c > spec_.staleness;
      const double gate = gated ? all_finished[c - spec_.staleness - 1] : 0;
      double slowest = 0;
      for (std::uint32_t w = 0; w < spec_.workers; ++w) {
        plan_iteration(w, c, gate, random[w], finish[w]);
        slowest = std::max(slowest, finish[w]);
      }
      all_finished.push_back(slowest);
    }
    plan_evaluations(finish);
  }

  void plan_iteration(std::uint32_t w, std::uint32_t c, double gate, RandomStream& random,
                      double& finish) {
    const double nominal = w < spec_.workers / 4 ? 0.05 : 0.025;
    const double compute = nominal * (1 + random.exponential(2));
    IterationDone done;
    done.iteration = {c};
    done.examples = 32;
    done.start = {finish};
    done.wait = {std::max(0.0, gate - finish)};
    done.pull = {0.004 + 0.002 * random.uniform()};
    done.compute = {compute};
    done.push = {0.001};
    const double computed = finish + done.wait.seconds + done.pull.seconds + compute;
    finish = computed + done.push.seconds;
    done.end = {finish};
    const std::uint32_t bound = std::min<std::uint32_t>(spec_.staleness, 12);
    done.staleness = bound == 0 ? 0 : static_cast<std::uint32_t>(random.below(bound + 1));
    staleness_sum_ += done.staleness;
    ++iterations_;
    at(finish, worker_id(w), done);
    for (std::uint32_t s = 0; s < spec_.servers; ++s) {
      plan_push(w, s, computed, done);
    }
  }

  void plan_push(std::uint32_t w, std::uint32_t s, double sent, const IterationDone& done) {
    const double delivered = sent + 0.001 + 0.0002 * s;
    const double applied = delivered + 0.0001;
    const std::uint32_t updates = done.staleness * spec_.workers;
    happenings_.push_back(
        {delivered, [=](RunObserver& observer) {
           if (!observer.wants_traces()) return;
           observer.on_message(
               {worker_id(w), server_id(s), {sent}, {delivered}, Bytes{1800}, "push", 1});
         }});
    happenings_.push_back(
        {applied, [=, clocks = done.staleness, c = done.iteration](RunObserver& observer) {
           if (observer.wants_traces()) {
             observer.on_work({server_id(s), {delivered}, {applied}, WorkKind::kApply});
           }
           observer.on_record({applied}, server_id(s),
                              GradientApplied{worker_id(w), c, updates, clocks});
         }});
  }

  // An evaluation each time the mean clock of the workers passes a whole number.
  void plan_evaluations(const std::vector<double>&) {
    std::vector<double> ends;
    for (const Happening& happening : happenings_) ends.push_back(happening.time);
    std::sort(ends.begin(), ends.end());
    const double penalty = 1 + 0.16 * staleness_sum_ / static_cast<double>(iterations_);
    RandomStream noise(spec_.seed, manager_id(0), Purpose::kTest);
    for (std::uint32_t i = 0; i <= spec_.iterations; ++i) {
      const std::size_t index = ends.size() * i / (spec_.iterations + 1);
      const double loss =
          0.205 + 0.49 * std::exp(-0.035 * i / penalty) + 0.003 * noise.normal() * (i > 0);
      const double time = ends[index];
      at(time, manager_id(0),
         Evaluated{static_cast<double>(i), std::uint64_t{i} * 32 * spec_.workers, loss, 1 - loss});
      if (loss > spec_.target_loss) continue;
      happenings_.push_back({time, [this, time](RunObserver& observer) {
                               observer.on_record({time}, manager_id(0),
                                                  JobFinished{StopReason::kTargetLoss});
                               finished_ = true;
                             }});
      return;
    }
  }

  std::vector<NodeTotals> totals() const {
    std::vector<NodeTotals> all;
    const auto add = [&](NodeId node, double busy, double sent, double received) {
      NodeTotals& total = all.emplace_back();
      total.node = node;
      total.host = std::string(role_name(node.role)) + "-" + std::to_string(node.rank);
      total.busy = {busy};
      total.sent = {static_cast<std::uint64_t>(sent)};
      total.received = {static_cast<std::uint64_t>(received)};
      total.messages_sent = static_cast<std::uint64_t>(sent / 1000);
      total.messages_received = static_cast<std::uint64_t>(received / 1000);
    };
    add(manager_id(0), 0.1, 3e4, 5e4);
    for (std::uint32_t s = 0; s < spec_.servers; ++s) {
      add(server_id(s), now_ * 0.2, now_ * 4.1e6 * (1 + 0.07 * s), now_ * 4e6 * (1 + 0.07 * s));
    }
    for (std::uint32_t w = 0; w < spec_.workers; ++w) {
      add(worker_id(w), now_ * 0.6, now_ * 5e5, now_ * 5.1e5);
    }
    return all;
  }

  SyntheticSpec spec_;
  std::vector<Happening> happenings_;
  double staleness_sum_ = 0;
  std::uint64_t iterations_ = 0;
  double now_ = 0;
  bool finished_ = false;
};

// BSP, SSP 1, 3 and 10, and async; three seeds each.
inline ComparisonData synthetic_comparison(std::uint32_t workers = 32,
                                           std::uint32_t iterations = 150) {
  const std::vector<std::pair<std::string, std::uint32_t>> variants = {
      {"BSP", 0}, {"SSP 1", 1}, {"SSP 3", 3}, {"SSP 10", 10}, {"async", unbounded}};
  ComparisonData data;
  data.scenario = "bsp-ssp-async";
  for (const auto& [name, staleness] : variants) {
    VariantRuns& variant = data.variants.emplace_back();
    variant.name = name;
    for (std::uint64_t seed : {7, 8, 9}) {
      SyntheticSpec spec;
      spec.name = name;
      spec.staleness = staleness;
      spec.workers = workers;
      spec.iterations = iterations;
      spec.seed = seed;
      variant.runs.push_back(SyntheticRun(spec).run());
    }
  }
  return data;
}

}  // namespace psgrid::analysis::testing
