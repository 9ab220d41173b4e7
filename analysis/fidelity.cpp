#include "analysis/fidelity.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "analysis/number_format.hpp"
#include "analysis/rank_statistics.hpp"
#include "analysis/summary.hpp"

namespace psgrid::analysis {
namespace {

struct Pair {
  const RunData* sim;
  const RunData* sockets;
};

const RunData* done(const std::vector<RunData>& runs, std::uint64_t seed) {
  for (const RunData& run : runs) {
    if (run.header.seed == seed && run.status == RunStatus::kDone) return &run;
  }
  return nullptr;
}

bool same_bytes(const RunData& a, const RunData& b) {
  return std::equal(a.nodes.begin(), a.nodes.end(), b.nodes.begin(), b.nodes.end(),
                    [](const NodeRow& x, const NodeRow& y) {
                      return x.node == y.node && x.bytes_sent == y.bytes_sent &&
                             x.bytes_received == y.bytes_received;
                    });
}

template <class Quantity>
std::optional<BothWays> mean(const std::vector<Pair>& pairs, Quantity quantity) {
  if (pairs.empty()) return {};
  BothWays sum;
  for (const Pair& pair : pairs) {
    sum.sim += quantity(*pair.sim);
    sum.sockets += quantity(*pair.sockets);
  }
  const auto count = static_cast<double>(pairs.size());
  return BothWays{sum.sim / count, sum.sockets / count};
}

double compute_s(const RunData& run) {
  return run.worker_iterations > 0 ? run.time.compute_s / static_cast<double>(run.worker_iterations)
                                   : 0;
}

double wait_share(const RunData& run) {
  return run.time.total() > 0 ? run.time.wait_s / run.time.total() : 0;
}

CaseFidelity judge_case(const CaseRuns& runs) {
  CaseFidelity result{.scenario = runs.scenario, .variant = runs.variant, .model = runs.model};
  std::set<std::uint64_t> seeds;
  for (const auto* side : {&runs.sim, &runs.sockets}) {
    for (const RunData& run : *side) seeds.insert(run.header.seed);
  }
  std::vector<Pair> pairs, reached;
  for (const std::uint64_t seed : seeds) {
    const Pair pair{done(runs.sim, seed), done(runs.sockets, seed)};
    if (!pair.sim || !pair.sockets) continue;
    pairs.push_back(pair);
    if (summarize(*pair.sim).time_to_target_s && summarize(*pair.sockets).time_to_target_s)
      reached.push_back(pair);
  }
  result.seeds = pairs.size();
  result.seeds_missing = std::max(runs.seeds, pairs.size()) - pairs.size();
  result.seeds_reached = reached.size();
  result.iteration_s = mean(pairs, [](const RunData& r) { return summarize(r).iteration_s_mean; });
  result.compute_s = mean(pairs, compute_s);
  result.time_to_target_s =
      mean(reached, [](const RunData& r) { return *summarize(r).time_to_target_s; });
  result.wait_share = mean(pairs, wait_share);
  result.mean_staleness = mean(pairs, [](const RunData& r) { return r.staleness.mean(); });
  result.bytes_on_wire =
      mean(pairs, [](const RunData& r) { return static_cast<double>(summarize(r).bytes_on_wire); });
  result.bytes_equal =
      !pairs.empty() && std::all_of(pairs.begin(), pairs.end(), [](const Pair& pair) {
        return same_bytes(*pair.sim, *pair.sockets);
      });
  return result;
}

// An empty model: all cases.
GroupFidelity judge_group(const std::string& model, const std::vector<CaseFidelity>& cases) {
  GroupFidelity group{.model = model};
  std::vector<double> errors, computing, sim, sockets;
  for (const CaseFidelity& each : cases) {
    if ((!model.empty() && each.model != model) || !each.iteration_s) continue;
    ++group.cases;
    group.cases_bytes_equal += each.bytes_equal;
    errors.push_back(std::abs(each.iteration_s->relative_error()));
    computing.push_back(each.compute_s->relative_error());
    sim.push_back(each.iteration_s->sim);
    sockets.push_back(each.iteration_s->sockets);
  }
  if (errors.empty()) return group;
  group.error_median = quantile(errors, 0.5);
  group.error_p90 = quantile(errors, 0.9);
  group.error_max = quantile(errors, 1);
  group.compute_error_median = quantile(computing, 0.5);
  group.kendall_tau = kendall_tau(sim, sockets);
  return group;
}

std::string percent(double share) { return human_number(100 * share, 2) + " %"; }

}  // namespace

Fidelity judge(const FidelityData& data) {
  Fidelity fidelity;
  for (const CaseRuns& runs : data.cases) fidelity.cases.push_back(judge_case(runs));
  fidelity.overall = judge_group("", fidelity.cases);
  for (const CaseRuns& runs : data.cases) {
    const bool known = std::any_of(fidelity.models.begin(), fidelity.models.end(),
                                   [&](const GroupFidelity& g) { return g.model == runs.model; });
    if (!known) fidelity.models.push_back(judge_group(runs.model, fidelity.cases));
  }
  return fidelity;
}

std::string verdict(const Fidelity& fidelity) {
  const GroupFidelity& all = fidelity.overall;
  if (all.cases == 0) return "No case was run on both the simulator and sockets.";
  std::string text;
  if (all.cases == 1) {
    text = fmt::format("The simulated time per iteration is {} off what sockets take.",
                       percent(*all.error_max));
  } else {
    text = fmt::format(
        "Over {} the simulated time per iteration is off what sockets take by {} at the median and "
        "{} at the 90th percentile.",
        counted(all.cases, "case"), percent(*all.error_median), percent(*all.error_p90));
  }
  if (all.kendall_tau)
    text += fmt::format(" Kendall's tau of the two rankings is {:.3f}.", *all.kendall_tau);
  return text;
}

std::string machine_verdict(const Fidelity& fidelity) {
  if (!fidelity.overall.compute_error_median) return "";
  const double late = -*fidelity.overall.compute_error_median;
  return fmt::format(
      "On sockets computations took {} {} than the scenario says, at the median: what this machine "
      "adds.",
      percent(std::abs(late)), late < 0 ? "less" : "longer");
}

std::string bytes_verdict(const Fidelity& fidelity) {
  for (const GroupFidelity& group : fidelity.models) {
    if (group.model != "BSP" || group.cases == 0) continue;
    return fmt::format(
        "BSP: every node sends and receives exactly the same bytes on both in {} of {}.",
        group.cases_bytes_equal, counted(group.cases, "case"));
  }
  return "";
}

}  // namespace psgrid::analysis
