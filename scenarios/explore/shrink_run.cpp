#include "scenarios/explore/shrink_run.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "analysis/shrink.hpp"
#include "model/learners/tally.hpp"
#include "scenarios/explore/tolerance.hpp"
#include "scenarios/scenario.hpp"

namespace psgrid::scenarios {

namespace {

constexpr std::size_t kStepsMost = 300;

// Faults that belong together.
using FaultUnit = std::vector<FaultSpec>;

bool is_remedy(FaultKind kind) { return kind == FaultKind::kRestart || kind == FaultKind::kResume; }

std::vector<FaultUnit> units_of(const std::vector<FaultSpec>& faults) {
  std::vector<FaultUnit> units;
  for (const FaultSpec& fault : faults) {
    const auto opener = std::find_if(units.rbegin(), units.rend(), [&](const FaultUnit& unit) {
      return unit.size() == 1 && nodes_of(unit[0].nodes) == nodes_of(fault.nodes) &&
             !is_remedy(unit[0].kind) && !is_of_links(unit[0].kind);
    });
    if (is_remedy(fault.kind) && opener != units.rend())
      opener->push_back(fault);
    else
      units.push_back({fault});
  }
  return units;
}

RunSpec with_units(RunSpec run, const std::vector<FaultUnit>& units) {
  run.faults.clear();
  for (const FaultUnit& unit : units) run.faults.insert(run.faults.end(), unit.begin(), unit.end());
  std::stable_sort(run.faults.begin(), run.faults.end(),
                   [](const FaultSpec& a, const FaultSpec& b) { return a.at < b.at; });
  return run;
}

// A selector without ranks that a smaller cluster does not have; it may become empty.
NodeSelector clipped(const NodeSelector& selector, const ClusterSpec& cluster) {
  NodeSelector rest;
  for (NodeRange range : selector) {
    const std::uint32_t count = count_of(cluster, range.role);
    if (range.first >= count) continue;
    range.last = std::min(range.last, count - 1);
    rest.push_back(range);
  }
  return rest;
}

void set_factor(RunSpec& run, std::uint32_t factor) {
  run.replication.factor = factor;
  if (factor > 1) return;
  run.replication.after_aggregation = false;
  run.replication.reads = Reads::kTail;
}

// With fewer nodes; faults of those that are gone go with them. Nothing if that makes no sense.
std::optional<RunSpec> with_cluster(RunSpec run, std::uint32_t workers, std::uint32_t servers,
                                    std::uint32_t managers) {
  if (workers == 0 || servers == 0) return {};
  run.cluster.workers = workers;
  run.cluster.servers = servers;
  run.cluster.managers = managers;
  set_factor(run, std::min(run.replication.factor, servers));
  if (run.job.learner.type == LearnerType::kTally) {
    run.job.learner.workers = workers;
    run.consistency.gradients = std::min(run.consistency.gradients, workers);
    if (run.job.work_stealing && run.job.work_stealing->partners >= workers) {
      if (workers == 1) return {};
      run.job.work_stealing->partners = workers - 1;
    }
    if (!is_tally_exact(gradients_in_update(run))) return {};
    run.job.optimizer = tally_optimizer(run);
  }
  for (FaultSpec fault : std::exchange(run.faults, {})) {
    fault.nodes = clipped(fault.nodes, run.cluster);
    const bool had_ends = !fault.to.empty();
    fault.to = clipped(fault.to, run.cluster);
    if (!fault.nodes.empty() && (!had_ends || !fault.to.empty()))
      run.faults.push_back(std::move(fault));
  }
  return run;
}

// Differences of times differ in their last bits from what was meant.
constexpr double kRounding = 1e-9;

double to_milliseconds(double seconds) { return std::round(seconds * 1000) / 1000; }

// What a run could be made a little simpler to, the largest steps first.
class Candidates {
 public:
  explicit Candidates(const RunSpec& run) : run_(run) {}

  std::vector<RunSpec> all() && {
    clusters();
    settings();
    for (std::size_t fault = 0; fault < run_.faults.size(); ++fault) simpler_fault(fault);
    return std::move(list_);
  }

 private:
  template <class Change>
  void change(Change&& change) {
    list_.push_back(run_);
    change(list_.back());
  }
  // Sets a field to a value where it has another.
  template <class T>
  void set(T RunSpec::*part, auto field, const auto& value) {
    if (run_.*part.*field != value) change([&](RunSpec& run) { run.*part.*field = value; });
  }

  void clusters() {
    const ClusterSpec& cluster = run_.cluster;
    const auto add = [&](std::uint32_t workers, std::uint32_t servers, std::uint32_t managers) {
      if (auto smaller = with_cluster(run_, workers, servers, managers))
        list_.push_back(std::move(*smaller));
    };
    add(cluster.workers - 1, cluster.servers, cluster.managers);
    add(cluster.workers, cluster.servers - 1, cluster.managers);
    if (cluster.managers > 1) add(cluster.workers, cluster.servers, cluster.managers - 2);
    if (run_.replication.factor > 1)
      change([](RunSpec& run) { set_factor(run, run.replication.factor - 1); });
  }

  void settings() {
    if (const auto iterations = run_.job.stop.iterations)
      for (const std::uint32_t fewer : {*iterations / 2, *iterations * 3 / 4, *iterations - 1})
        if (fewer > 0 && fewer < *iterations)
          change([&](RunSpec& run) { run.job.stop.iterations = fewer; });
    if (run_.job.learner.keys > 1) change([](RunSpec& run) { run.job.learner.keys = 1; });
    if (run_.consistency.eager)
      set(&RunSpec::consistency, &ConsistencySpec::eager, false);
    else
      set(&RunSpec::consistency, &ConsistencySpec::cache, false);
    if (run_.job.local_steps > 1)
      change([](RunSpec& run) {
        run.job.local_steps = 1;
        run.job.optimizer = tally_optimizer(run);
      });
    if (run_.job.work_stealing)
      change([](RunSpec& run) {
        run.job.work_stealing.reset();
        run.job.batch = 1;
      });
    for (std::size_t filter = 0; filter < run_.filters.size(); ++filter)
      change([&](RunSpec& run) {
        run.filters.erase(run.filters.begin() + static_cast<std::ptrdiff_t>(filter));
      });
    set(&RunSpec::replication, &ReplicationSpec::after_aggregation, false);
    set(&RunSpec::replication, &ReplicationSpec::reads, Reads::kTail);
    set(&RunSpec::costs, &CostSpec::message_flops, 0.0);
    set(&RunSpec::client, &ClientSpec::outstanding_pushes, 1u);
    if (run_.worker_loss != WorkerLoss::kWait)
      change([](RunSpec& run) { run.worker_loss = WorkerLoss::kWait; });
    if (run_.cluster.host.cores > 1) change([](RunSpec& run) { run.cluster.host.cores = 1; });
  }

  void simpler_fault(std::size_t index) {
    const FaultSpec& fault = run_.faults[index];
    const auto with = [&](auto&& make_simpler) {
      change([&](RunSpec& run) { make_simpler(run.faults[index]); });
    };
    if (const double lasts = fault.until - fault.at; std::isfinite(lasts))
      for (const double shorter : {to_milliseconds(lasts / 2), to_milliseconds(lasts)})
        if (shorter > 0 && shorter < lasts - kRounding)
          with([&](FaultSpec& simpler) { simpler.until = simpler.at + shorter; });
    if (fault.both_ways) with([](FaultSpec& simpler) { simpler.both_ways = false; });
    if (fault.link.reorder > 0 && (fault.link.duplicate > 0 || fault.link.loss > 0))
      with([](FaultSpec& simpler) { simpler.link.reorder = 0; });
    if (const double digits = to_milliseconds(fault.at); digits != fault.at)
      with([&](FaultSpec& simpler) {
        simpler.until = digits + (simpler.until - simpler.at);
        simpler.at = digits;
      });
    if (!is_of_links(fault.kind)) return;
    for (NodeSelector FaultSpec::*end : {&FaultSpec::nodes, &FaultSpec::to}) {
      const std::vector<NodeId> nodes = nodes_of(fault.*end);
      if (nodes.size() < 2) continue;
      for (NodeId node : nodes)
        with([&](FaultSpec& simpler) { simpler.*end = {{node.role, node.rank, node.rank}}; });
    }
  }

  const RunSpec& run_;
  std::vector<RunSpec> list_;
};

// The run as its file would have it; nothing if it is no scenario, or beyond what is tolerated.
std::optional<RunSpec> as_replayed(const RunSpec& run) {
  auto scenario = load_scenario_text(resolved_json(run, ".").dump(), "./run.json");
  if (!scenario) return {};
  RunSpec replayed = std::move((*scenario).base);
  if (!run.beyond_tolerance && !is_tolerated(replayed)) return {};
  return replayed;
}

class Shrinker {
 public:
  Shrinker(const RunSpec& failing, const Outcome& outcome, const RunAll& run_all)
      : promise_(outcome.promises.front()), run_all_(run_all), shrunk_{failing, outcome, 0} {}

  Shrunk shrink() && {
    shrink_faults();
    const auto simpler = [](const RunSpec& run) { return Candidates(run).all(); };
    analysis::shrink_steps<RunSpec>(shrunk_.run, simpler, first_failing(), kStepsMost);
    shrink_faults();
    return std::move(shrunk_);
  }

 private:
  void shrink_faults() {
    analysis::shrink_list<FaultUnit, RunSpec>(
        units_of(shrunk_.run.faults),
        [base = shrunk_.run](const std::vector<FaultUnit>& units) {
          return with_units(base, units);
        },
        first_failing());
  }

  // Tried in portions: the first that fails ends the search, and the others would be for nothing.
  // The simplest that still fails is kept.
  analysis::FirstFailing<RunSpec> first_failing() {
    return [this](const std::vector<RunSpec>& runs) -> std::optional<std::size_t> {
      constexpr std::size_t kPortion = 8;
      std::vector<RunSpec> tried;
      std::vector<std::size_t> places;
      for (std::size_t place = 0; place < runs.size(); ++place) {
        if (auto run = as_replayed(runs[place])) {
          tried.push_back(std::move(*run));
          places.push_back(place);
        }
        if (tried.empty() || (tried.size() < kPortion && place + 1 < runs.size())) continue;
        if (const auto failing = try_all(tried)) return places[*failing];
        tried.clear();
        places.clear();
      }
      return {};
    };
  }

  std::optional<std::size_t> try_all(const std::vector<RunSpec>& runs) {
    const std::vector<Outcome> outcomes = run_all_(runs);
    shrunk_.tried += outcomes.size();
    const auto failing =
        std::find_if(outcomes.begin(), outcomes.end(), [this](const Outcome& each) {
          const auto& broken = each.promises;
          return std::find(broken.begin(), broken.end(), promise_) != broken.end();
        });
    if (failing == outcomes.end()) return {};
    const auto place = static_cast<std::size_t>(failing - outcomes.begin());
    shrunk_.run = runs[place];
    shrunk_.outcome = *failing;
    return place;
  }

  const std::string promise_;
  const RunAll& run_all_;
  Shrunk shrunk_;
};

}  // namespace

std::size_t count_faults(const RunSpec& run) { return units_of(run.faults).size(); }

Shrunk shrink_run(const RunSpec& failing, const Outcome& outcome, const RunAll& run_all) {
  return Shrinker(failing, outcome, run_all).shrink();
}

}  // namespace psgrid::scenarios
