// Checks of whether the job went on: to its end, through failures, and as fast as it should.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "analysis/promises/check.hpp"
#include "analysis/promises/findings.hpp"

namespace psgrid::analysis {

namespace {

// "worker[0]: 40 pushes acknowledged of 41, waits for the pull of iteration 42; ..."
std::string standings(const History& history) {
  std::string text;
  for (std::uint32_t worker = 0; worker < history.pushes().size(); ++worker) {
    std::string pulls;
    std::uint32_t newest = 0;
    for (const PullLife& pull : history.pulls())
      if (pull.worker.rank == worker) newest = std::max(newest, pull.incarnation);
    for (const PullLife& pull : history.pulls())
      if (pull.worker.rank == worker && pull.ended == kNever && pull.incarnation == newest)
        pulls += fmt::format("{} {}", pulls.empty() ? ", waits for the pull of iteration" : ",",
                             pull.iteration.value);
    text += fmt::format("{}{}: {} pushes acknowledged of {}{}", text.empty() ? "" : "; ",
                        psgrid::to_string(worker_id(worker)),
                        history.acknowledged_before(worker, kNever),
                        history.begun_before(worker, kNever), pulls);
  }
  return text;
}

// When the job, which may take so many iterations and so much time, has to go on to its end, as
// nothing fails any more; nothing if it need not.
std::optional<Time> must_end_from(const History& history) {
  const StopSpec& stop = history.run().job.stop;
  const bool never_ill = history.faults().spans().empty();
  const auto healed = never_ill ? Time{} : history.faults().healed();
  if (!stop.iterations || !stop.time || !healed || healed->seconds >= stop.time->seconds) return {};
  return healed;
}

// What may take so long takes longer on a real machine, which runs other things besides.
double at_most(const History& history, double seconds) {
  constexpr double kTimesAsLong = 2;
  return history.trail().real_time ? kTimesAsLong * seconds + history.late_s() : seconds;
}

bool ended(const History& history) {
  const auto reason = history.stop_reason();
  return reason == StopReason::kIterations || reason == StopReason::kLost;
}

// From a message to its answer, with the work that it makes, a few times over.
double round_trips(const RunSpec& run, double count) {
  const double work = run.costs.message_flops / run.cluster.host.flops *
                      (run.cluster.workers + run.cluster.servers);
  return count * (2 * run.cluster.network.latency + 4 * work + 0.0005);
}

double iteration_s(const RunSpec& run) {
  double slowest = 1;  // that of a straggler
  for (const StragglerSpec& straggler : run.stragglers)
    slowest = std::max(slowest, straggler.factor);
  return run.job.compute.seconds.value_or(Duration{0}).seconds * run.job.local_steps * slowest +
         round_trips(run, 3);
}

}  // namespace

BrokenList check_progress(const History& history) {
  Findings findings(Promise::kProgress);
  if (!must_end_from(history) || ended(history)) return {};
  findings.add_late(*must_end_from(history), history.trail().end,
                    "the job did not end within its time: " + standings(history));
  return std::move(findings).take();
}

// Requests are repeated at least as often as the longest timeout says.
BrokenList check_no_deadlock(const History& history) {
  Findings findings(Promise::kNoDeadlock);
  if (!must_end_from(history) || ended(history)) return {};
  const double silence = history.trail().end.seconds - history.trail().last_work.seconds;
  const double bound = at_most(history, 2 * history.run().client.retry.timeout_max.seconds);
  const Time since = history.trail().last_work;
  if (silence <= bound) return {};
  findings.add_late(since, since + Duration{bound},
                    fmt::format("nothing but signs of life for {:.3g} s, with work outstanding: {}",
                                silence, standings(history)));
  return std::move(findings).take();
}

namespace {

// The last view that any node had installed before a place; null if none.
const ViewInstalled* view_before(const History& history, Place place) {
  const ViewInstalled* newest = nullptr;
  for (Place at = 0; at < place; ++at)
    if (const auto* view = std::get_if<ViewInstalled>(&history.trail().records[at].what))
      if (!newest || view->epoch > newest->epoch) newest = view;
  return newest;
}

std::vector<Chain> chains_before(const History& history, Place place) {
  const ViewInstalled* view = view_before(history, place);
  return view ? view->chains : std::vector<Chain>{};
}

bool holds_a_shard(const std::vector<Chain>& chains, std::uint32_t server) {
  return std::any_of(chains.begin(), chains.end(), [&](const Chain& chain) {
    return std::count(chain.servers.begin(), chain.servers.end(), server) > 0;
  });
}

// Pushes that were under way when a server crashed, with nothing else wrong, are acknowledged once
// the crash is noticed and the chains go on without it.
void check_crash(const History& history, Place crash, Findings& findings) {
  const RunSpec& run = history.run();
  const TrailRecord& record = history.trail().records[crash];
  const DetectionSpec& detection = run.detection;
  const double bound = at_most(history, detection.lease.seconds + 2 * detection.heartbeat.seconds +
                                            2 * iteration_s(run) + round_trips(run, 10));
  const Time by{record.at.seconds + bound};
  if (by > history.trail().end || run.replication.factor == 1) return;
  const Time before{record.at.seconds - 2 * detection.lease.seconds};
  const auto is_own = [&](const FaultSpan& span) {
    return span.begin <= record.at && record.at.seconds <= span.begin.seconds + history.late_s() &&
           span.fault->kind == FaultKind::kCrash && selects(span.fault->nodes, record.node);
  };
  for (const FaultSpan& span : history.faults().spans())
    if (span.begin <= by && before <= span.end && span.begin != record.at && !is_own(span)) return;
  if (!holds_a_shard(chains_before(history, crash), record.node.rank)) return;
  for (std::uint32_t worker = 0; worker < history.pushes().size(); ++worker)
    for (std::size_t i = 0; i < history.pushes()[worker].size(); ++i) {
      const PushLife& push = history.pushes()[worker][i];
      if (push.begun > crash || push.acknowledged < crash) continue;
      if (history.expelled(worker) != kNever) continue;  // it may not have heard of it
      if (push.acknowledged != kNever && history.time(push.acknowledged) <= by) continue;
      findings.add_late(
          record.at, by,
          fmt::format("push {} of {} was under way when {} crashed at {:.6g} s, and not "
                      "acknowledged {:.3g} s later",
                      i + 1, psgrid::to_string(worker_id(worker)), psgrid::to_string(record.node),
                      record.at.seconds, bound),
          {record.node, worker_id(worker)});
    }
}

bool any_moves(const RunSpec& run) {
  return std::any_of(run.faults.begin(), run.faults.end(), [](const FaultSpec& fault) {
    return fault.kind == FaultKind::kJoin || fault.kind == FaultKind::kLeave;
  });
}

bool are_reordered(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  return a != b && std::is_permutation(a.begin(), a.end(), b.begin(), b.end());
}

// With all servers there for long enough, every chain has its replicas again, in the order that
// they had at first.
void check_replicas(const History& history, Findings& findings) {
  const RunSpec& run = history.run();
  const Trail& trail = history.trail();
  const double settling = 20 * run.detection.heartbeat.seconds;
  if (!must_end_from(history) || !ended(history) || history.stop_reason() == StopReason::kLost ||
      history.faults().any({trail.end.seconds - settling}, trail.end))
    return;
  std::uint32_t servers = run.cluster.servers;
  for (const FaultSpec& fault : run.faults)
    if (fault.kind == FaultKind::kLeave && fault.nodes.front().role == Role::kServer)
      servers -= static_cast<std::uint32_t>(nodes_of(fault.nodes).size());
  const std::uint32_t expected = std::min(run.replication.factor, servers);
  const std::vector<Chain> chains = chains_before(history, trail.records.size());
  for (std::uint32_t shard = 0; shard < chains.size(); ++shard)
    if (chains[shard].servers.size() != expected)
      findings.add_late({trail.end.seconds - settling}, trail.end,
                        fmt::format("shard {} has {} replicas, expected {}: all servers have been "
                                    "there for {:.3g} s",
                                    shard, chains[shard].servers.size(), expected, settling));
  if (any_moves(run)) return;
  for (std::uint32_t shard = 0; shard < chains.size(); ++shard)
    if (const Chain* first = history.chain(shard, Epoch{1});
        first && are_reordered(first->servers, chains[shard].servers))
      findings.add_late(
          {trail.end.seconds - settling}, trail.end,
          fmt::format("shard {} is at servers {}, in another order than at first: {}", shard,
                      fmt::join(chains[shard].servers, " "), fmt::join(first->servers, " ")));
}

// With all well for long enough, nobody is without a worker that could still do something.
void check_workers(const History& history, Findings& findings) {
  const RunSpec& run = history.run();
  const std::optional<Time> healed = must_end_from(history);
  if (!healed || any_moves(run)) return;
  const double settling = at_most(history, 20 * run.detection.heartbeat.seconds);
  const Time by{healed->seconds + settling};
  const std::vector<TrailRecord>& records = history.trail().records;
  const auto place = static_cast<Place>(
      std::ranges::upper_bound(records, by, {}, &TrailRecord::at) - records.begin());
  // It begins beyond where the others are, and may have done so a few times before.
  std::uint64_t furthest = 4 * (run.client.outstanding_pushes + 2);
  std::uint64_t begun = 0;
  for (std::uint32_t worker = 0; worker < history.pushes().size(); ++worker)
    begun = std::max(begun, history.begun_before(worker, place));
  furthest += begun;
  const ViewInstalled* view = view_before(history, place);
  if (!view || furthest >= *run.job.stop.iterations) return;
  for (std::uint32_t worker : view->expelled)
    findings.add_late(
        *healed, by,
        fmt::format("{} has no place in the view, though all has been well for {:.3g} s",
                    psgrid::to_string(worker_id(worker)), settling),
        {worker_id(worker)});
}

}  // namespace

BrokenList check_failover(const History& history) {
  Findings findings(Promise::kFailover);
  if (!history.run().detection.enabled) return {};
  const std::vector<TrailRecord>& records = history.trail().records;
  for (Place place = 0; place < records.size(); ++place)
    if (const auto* event = std::get_if<Event>(&records[place].what);
        event && event->name == "crash" && records[place].node.role == Role::kServer)
      check_crash(history, place, findings);
  check_replicas(history, findings);
  check_workers(history, findings);
  return std::move(findings).take();
}

namespace {

// When every worker that still counts had pushes of so many iterations acknowledged.
Time all_acknowledged(const History& history, std::uint64_t iterations) {
  Time last;
  for (std::uint32_t worker = 0; worker < history.pushes().size(); ++worker) {
    const auto& pushes = history.pushes()[worker];
    Time when = iterations == 0 ? Time{} : Time::never();
    if (iterations > 0 && pushes.size() >= iterations &&
        pushes[iterations - 1].acknowledged != kNever)
      when = history.time(pushes[iterations - 1].acknowledged);
    if (const Place expelled = history.expelled(worker); expelled != kNever)
      when = std::min(when, history.time(expelled));
    last = std::max(last, when);
  }
  return last;
}

// Nodes that nothing hinders are not taken for gone while there is something to do.
void check_losses(const History& history, Findings& findings) {
  const DetectionSpec& detection = history.run().detection;
  Time over;
  for (const TrailRecord& record : history.trail().records)
    if (std::holds_alternative<PushAcknowledged>(record.what)) over = record.at;
  for (const TrailRecord& record : history.trail().records) {
    const auto* event = std::get_if<Event>(&record.what);
    if (!event || event->name != "lost" || record.at >= over) continue;
    const Time since{record.at.seconds - at_most(history, 2 * detection.lease.seconds +
                                                              2 * detection.heartbeat.seconds)};
    for (std::uint32_t index = 0; index < history.run().cluster.nodes(); ++index) {
      const NodeId node = node_at(history.run().cluster, index);
      if (psgrid::to_string(node) != event->detail ||
          history.faults().hinders_membership(node, since, record.at))
        continue;
      findings.add_late(since, record.at,
                        fmt::format("{} was taken for gone though nothing had kept it from showing "
                                    "that it is there",
                                    event->detail),
                        {record.node, node});
    }
  }
}

// A pull whose gate is open, with nothing wrong, is answered.
void check_gates(const History& history, Findings& findings) {
  const RunSpec& run = history.run();
  if (any_moves(run)) return;  // those who come later count, from an iteration that nobody records
  if (history.consistency().quorum()) return;  // it is held until an update that needs others
  for (const PullLife& pull : history.pulls()) {
    if (pull.batch_of != pull.worker.rank) continue;  // who has work of its own forgets it
    // Its end is told when its worker comes to it, after the iterations that it was ahead of.
    const std::uint32_t ahead = history.consistency().lookahead(pull.iteration);
    const double bound =
        at_most(history, run.detection.lease.seconds + (1 + ahead) * iteration_s(run));
    const std::uint64_t required = history.consistency().required(pull.iteration).value;
    const Time begun = history.time(pull.begun);
    // The worker's own pushes have to be in, too.
    const auto& own = history.pushes()[pull.worker.rank];
    const std::uint64_t pushed = std::min<std::uint64_t>(pull.pushed, own.size());
    const Time own_done = pushed == 0 ? Time{}
                          : own[pushed - 1].acknowledged == kNever
                              ? Time::never()
                              : history.time(own[pushed - 1].acknowledged);
    const Time open = std::max({begun, all_acknowledged(history, required), own_done});
    const Time by{open.seconds + bound};
    const Time answered = pull.ended == kNever ? Time::never() : history.time(pull.ended);
    if (by >= history.trail().end || answered <= by) continue;
    if (history.faults().any({begun.seconds - 4 * bound}, by)) continue;
    if (history.is_expelled_before(pull.worker.rank, history.trail().records.size())) continue;
    findings.add_late(
        open, by,
        fmt::format("a pull of iteration {} by {}, which waited for iteration {} of the "
                    "others alone, was not answered within {:.3g} s of that",
                    pull.iteration.value, psgrid::to_string(pull.worker), required, bound),
        {pull.worker});
  }
}

}  // namespace

BrokenList check_straggler(const History& history) {
  Findings findings(Promise::kStraggler);
  if (!history.run().detection.enabled) return {};
  check_losses(history, findings);
  check_gates(history, findings);
  return std::move(findings).take();
}

namespace {

// A worker that may be so far ahead takes this many iterations in a burst and then waits for the
// others, for as long as nothing disturbs it.
std::size_t burst(const Consistency& consistency) {
  constexpr Clock kLate{1000};
  const Clock required = consistency.least_required(kLate);
  return required.value == 0 ? 1 : kLate.value - required.value + 1;
}

// What an iteration of a worker takes in the middle one of its bursts within some time.
std::optional<double> usual_iteration_s(const History& history, std::uint32_t worker, Time begin,
                                        Time end) {
  constexpr std::size_t kLeast = 8;
  std::vector<const IterationDone*> iterations;
  for (const TrailRecord& record : history.trail().records)
    if (const auto* done = std::get_if<IterationDone>(&record.what);
        done && record.node == worker_id(worker) && done->start >= begin && done->end <= end)
      iterations.push_back(done);
  const std::size_t length = burst(history.consistency());
  if (iterations.size() < kLeast + length - 1) return {};
  std::vector<double> durations;
  for (std::size_t last = length - 1; last < iterations.size(); ++last)
    durations.push_back((iterations[last]->end - iterations[last + 1 - length]->start).seconds /
                        static_cast<double>(length));
  std::nth_element(durations.begin(), durations.begin() + durations.size() / 2, durations.end());
  return durations[durations.size() / 2];
}

// Workers that were in step before may not be so after, which small clusters feel.
constexpr double kSlowdownMost = 1.5;

}  // namespace

BrokenList check_recovered(const History& history) {
  Findings findings(Promise::kRecovered);
  const auto healed = history.faults().healed();
  // How often a cache answers differs from one stretch of iterations to the next, as does how many
  // gradients are given up, or which of a graph's tasks it is.
  const auto quorum = history.consistency().quorum();
  if ((quorum && quorum->one_each) ||
      history.run().consistency.model == ConsistencyModel::kTaskGraph)
    return {};
  if (!healed || !history.run().detection.enabled || history.consistency().caches()) return {};
  // So do bursts of slow ones, and a cluster of another size.
  if (!history.run().stragglers.empty() || any_moves(history.run())) return {};
  const Time first = history.faults().spans().front().begin;
  const Time settled{healed->seconds + 4 * history.run().detection.lease.seconds};
  for (std::uint32_t worker = 0; worker < history.pushes().size(); ++worker) {
    const auto before = usual_iteration_s(history, worker, {}, first);
    const auto after = usual_iteration_s(history, worker, settled, history.trail().end);
    if (!before || !after || *after <= at_most(history, kSlowdownMost * *before)) continue;
    findings.add_late(
        settled, history.trail().end,
        fmt::format("iterations of {} took {:.4g} s before the first fault and {:.4g} s "
                    "after the last",
                    psgrid::to_string(worker_id(worker)), *before, *after),
        {worker_id(worker)});
  }
  return std::move(findings).take();
}

}  // namespace psgrid::analysis
