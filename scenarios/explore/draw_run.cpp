#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "analysis/promises/fault_times.hpp"
#include "model/consistency.hpp"
#include "model/learners/tally.hpp"
#include "model/random.hpp"
#include "scenarios/explore/exploration.hpp"
#include "scenarios/explore/tolerance.hpp"
#include "scenarios/input/check_run.hpp"

namespace psgrid::scenarios {

namespace {

class Dice {
 public:
  explicit Dice(RandomStream random) : random_(random) {}

  std::uint32_t number(Span<std::uint32_t> span) {
    return span.least + static_cast<std::uint32_t>(random_.below(span.most - span.least + 1));
  }
  double number(double least, double most) { return least + (most - least) * random_.uniform(); }
  bool chance(double probability) { return random_.uniform() < probability; }
  std::uint64_t bits() { return random_.bits(); }
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(random_.below(bound));
  }
  template <class T>
  const T& one_of(const std::vector<T>& items) {
    return items[random_.below(items.size())];
  }

 private:
  RandomStream random_;
};

// Times with digits that a person can read, and a file can hold exactly.
double rounded(double seconds) { return std::round(seconds * 1e4) / 1e4; }

NodeSelector only(NodeId node) { return {{node.role, node.rank, node.rank}}; }

// --- the cluster and its job --------------------------------------------------------------------

DelayRule draw_delay(Dice& dice) {
  const std::uint32_t from = dice.number({0, 2});
  switch (dice.below(5)) {
    case 0:
      return {.kind = DelayRule::Kind::kAny};
    case 1:
      return {DelayRule::Kind::kOverIterations, from, dice.number({0, 3}), dice.number({1, 15})};
    case 2:
      return {DelayRule::Kind::kAsNeeded, from, from + dice.number({0, 2}), 0};
    default:
      return {.from = from};
  }
}

// Each after some of those before it; the last goes on to the end of the job.
std::vector<TaskSpec> draw_tasks(Dice& dice) {
  std::vector<TaskSpec> tasks(dice.number({2, 4}));
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    tasks[i].name = std::string(1, static_cast<char>('a' + i));
    if (i + 1 < tasks.size()) tasks[i].iterations = dice.number({3, 25});
    for (std::size_t before = 0; before < i; ++before)
      if (dice.chance(0.5)) tasks[i].after.push_back(tasks[before].name);
    tasks[i].delay = draw_delay(dice);
  }
  return tasks;
}

ConsistencySpec draw_consistency(const Exploration& exploration, std::uint32_t workers,
                                 std::uint32_t iterations, Dice& dice) {
  ConsistencySpec consistency{.model = dice.one_of(exploration.models)};
  if (consistency.model == ConsistencyModel::kSsp) {
    consistency.staleness = dice.number({0, 3});
    consistency.cache = dice.chance(0.25);
  }
  if (consistency.model == ConsistencyModel::kBoundedDelay) consistency.delay = dice.number({0, 2});
  if (consistency.model == ConsistencyModel::kDynamicSsp) {
    consistency.staleness = dice.number({0, 2});
    consistency.staleness_max = consistency.staleness + dice.number({1, 3});
  }
  if (consistency.model == ConsistencyModel::kBspThenAsync)
    consistency.switch_at = dice.number({1, iterations});
  if (consistency.model == ConsistencyModel::kTaskGraph) consistency.tasks = draw_tasks(dice);
  if (const auto quorum = make_consistency(consistency)->quorum()) {
    do {
      consistency.gradients = dice.number({1, quorum->one_each ? workers : workers + 1});
    } while (!is_tally_exact(consistency.gradients));
  }
  return consistency;
}

std::uint32_t draw_workers(const Exploration& exploration, Dice& dice) {
  while (true)
    if (const std::uint32_t workers = dice.number(exploration.workers); is_tally_exact(workers))
      return workers;
}

// What does not go with the others is left out.
void draw_settings(RunSpec& run, const Exploration& exploration, Dice dice) {
  const auto quorum = make_consistency(run.consistency)->quorum();
  const ConsistencyModel model = run.consistency.model;
  for (Setting setting : exploration.settings) {
    if (!dice.chance(0.4)) continue;
    switch (setting) {
      case Setting::kEager:
        if (model == ConsistencyModel::kSsp) run.consistency.cache = run.consistency.eager = true;
        break;
      case Setting::kLocalSteps:
        if (!quorum || !quorum->cancels) run.job.local_steps = dice.chance(0.5) ? 2 : 4;
        break;
      case Setting::kWorkStealing:
        if (!leaves_time_to_help(model) || run.job.local_steps > 1 || run.cluster.workers == 1)
          break;
        run.job.work_stealing = {.pieces = 2u << dice.below(3),
                                 .partners = dice.number({1, run.cluster.workers - 1})};
        run.job.batch = run.job.work_stealing->pieces;
        break;
      case Setting::kKeyCaching:
      case Setting::kSnappy: {
        FilterSpec filter{.type = setting == Setting::kSnappy ? FilterType::kSnappy
                                                              : FilterType::kKeyCaching};
        filter.pull = dice.chance(0.6);
        filter.push = !filter.pull || dice.chance(0.6);
        if (filter.type == FilterType::kKeyCaching) filter.lists = dice.number({1, 8});
        if (dice.chance(0.25)) filter.tables = {dice.chance(0.5) ? "first" : "second"};
        run.filters.push_back(std::move(filter));
        break;
      }
    }
  }
  // Snappy makes bytes of what the others leave.
  std::ranges::stable_sort(run.filters, {},
                           [](const FilterSpec& each) { return each.type == FilterType::kSnappy; });
}

RunSpec draw_cluster(const RunSpec& base, const Exploration& exploration, Dice& dice,
                     const Dice& of_settings) {
  RunSpec run = base;
  run.seed = dice.bits() >> 11;
  run.audited = true;
  run.beyond_tolerance = !exploration.keeps_tolerance;
  run.faults.clear();
  run.cluster.workers = draw_workers(exploration, dice);
  run.cluster.servers = dice.number(exploration.servers);
  run.cluster.managers = dice.one_of(exploration.managers);
  run.cluster.host.cores = dice.number({1, 2});
  run.cluster.network.sharing = Sharing::kAnalytic;
  run.cluster.network.latency = rounded(dice.number(0.0001, 0.002));
  run.costs.message_flops = run.cluster.host.flops * 1e-4 * dice.number({0, 3});

  run.job.learner = {.type = LearnerType::kTally,
                     .keys = dice.number(exploration.keys),
                     .workers = run.cluster.workers};
  run.job.data.reset();
  run.job.batch = 1;
  run.job.stop = {.iterations = dice.number(exploration.iterations)};
  run.job.evaluate_every = 20;
  run.job.compute = {.automatic = false, .seconds = Duration{rounded(dice.number(0.004, 0.012))}};
  run.stragglers.clear();
  if (dice.chance(0.25))  // slow and fast iterations in bursts
    run.stragglers.push_back({.nodes = {{Role::kWorker, 0, run.cluster.workers - 1}},
                              .model = StragglerModel::kTwoPoint,
                              .factor = std::round(dice.number(2, 6)),
                              .probability = 0.15});
  run.consistency =
      draw_consistency(exploration, run.cluster.workers, *run.job.stop.iterations, dice);
  draw_settings(run, exploration, of_settings);
  run.job.optimizer = tally_optimizer(run);
  run.partition = dice.chance(0.75)
                      ? PartitionSpec{.type = PartitionType::kRing, .virtual_nodes = 8}
                      : PartitionSpec{.type = PartitionType::kRange, .virtual_nodes = 1};
  if (dice.chance(0.3)) run.partition.shards_per_server = dice.number({2, 4});

  const auto model = make_consistency(run.consistency);
  const bool sums = model->sums_iterations();
  const bool one_by_one = !model->sums({}) && !model->quorum();
  run.replication.factor = std::min(dice.number(exploration.factor), run.cluster.servers);
  const bool replicated = run.replication.factor > 1;
  run.replication.after_aggregation = replicated && sums && dice.chance(0.35);
  run.replication.reads =
      replicated && one_by_one && dice.chance(0.35) ? Reads::kAny : Reads::kTail;
  run.worker_loss =
      dice.chance(0.3) && !model->takes_turns() ? WorkerLoss::kGoOn : WorkerLoss::kWait;
  run.detection.enabled = true;
  run.detection.heartbeat = {rounded(dice.number(0.015, 0.03))};
  run.detection.lease = run.detection.heartbeat * static_cast<double>(dice.number({3, 5}));
  run.client.outstanding_pushes = dice.chance(0.15) ? 12 : dice.number({1, 4});
  run.client.retry = {
      .timeout = run.detection.lease * 0.5, .backoff = 2, .timeout_max = run.detection.lease * 2};
  return run;
}

double compute_s(const RunSpec& run) {
  return run.job.compute.seconds->seconds * run.job.local_steps;
}

// An iteration in which nothing fails: at most, about.
double iteration_s(const RunSpec& run) {
  double slowest = 1;  // on average, if one that is slow makes all wait
  for (const StragglerSpec& bursts : run.stragglers)
    slowest += (bursts.factor - 1) * std::min(1.0, bursts.probability * run.cluster.workers);
  const double transfers =
      12 * run.cluster.network.latency + run.costs.message_flops / run.cluster.host.flops * 8 *
                                             (run.cluster.workers + run.replication.factor);
  // In turns, the others' transfers come first.
  const bool in_turns = make_consistency(run.consistency)->takes_turns();
  return compute_s(run) * slowest + transfers * (in_turns ? run.cluster.workers : 1);
}

// --- its faults ---------------------------------------------------------------------------------

class Schedule {
 public:
  Schedule(RunSpec& run, const Exploration& exploration, Dice& dice)
      : run_(run), exploration_(exploration), dice_(dice), lease_(run.detection.lease.seconds) {
    draw_episodes();
  }

  // When everything is well again. `apart` decides on damaged messages and memory that is kept,
  // which come on top: whether there are any has no influence on the other faults.
  double draw(const Dice& apart) {
    const std::vector<FaultFamily> families = draw_families();
    const std::uint32_t wanted = dice_.number(exploration_.faults);
    constexpr std::uint32_t kTriesPerFault = 5;  // as what would exceed the tolerance is left out
    const std::uint32_t tries_most = families.empty() ? 0 : wanted * kTriesPerFault;
    std::uint32_t drawn = 0;
    for (std::uint32_t tries = 0; tries < tries_most; ++tries) {
      episode_ = episodes_[drawn % episodes_.size()];
      if (add(dice_.one_of(families)) && ++drawn == wanted) break;
    }
    dice_ = apart;
    if (families.empty() || dice_.chance(0.3 * weight_of(FaultFamily::kCorrupt))) {
      episode_ = dice_.one_of(episodes_);
      for (std::uint32_t tries = 0; tries < kTriesPerFault; ++tries)
        if (add(FaultFamily::kCorrupt)) break;
    }
    for (FaultSpec& fault : run_.faults)
      if (fault.kind == FaultKind::kRestart)
        fault.memory_kept = dice_.chance(0.25 * weight_of(FaultFamily::kMemoryKept));
    return analysis::FaultTimes(run_).healed().value_or(Time{episode_.begin}).seconds;
  }

 private:
  double weight_of(FaultFamily family) const {
    return exploration_.weights[static_cast<std::size_t>(family)];
  }

  // Faults come in episodes, between which the job gets on: one that stood still all the time would
  // say little. Sometimes there is a single long one. The job is made long enough for them.
  void draw_episodes() {
    // Transfers may overlap with computation: an iteration takes at least so long.
    const double iteration = compute_s(run_);
    constexpr double kPauseIterations = 8, kEpisodeLeases = 3;
    const double pause = kPauseIterations * iteration_s(run_) + lease_;
    const std::uint32_t count = dice_.chance(0.15) ? 1 : dice_.number({2, 3});
    const double least = count * kEpisodeLeases * lease_ + (count - 1) * pause;
    std::uint32_t& iterations = *run_.job.stop.iterations;
    iterations =
        std::max(iterations, static_cast<std::uint32_t>(std::ceil(least / 0.7 / iteration)));
    const double begin = 0.05 + 0.1 * iteration * iterations;
    const double length = (0.7 * iteration * iterations - (count - 1) * pause) / count;
    for (std::uint32_t i = 0; i < count; ++i) {
      const double at = begin + i * (length + pause);
      episodes_.push_back({rounded(at), rounded(at + length)});
    }
    episode_ = episodes_.front();
  }

  // A random subset; each as often as it weighs. Empty if nothing but messages is to be damaged.
  std::vector<FaultFamily> draw_families() {
    const auto others =
        std::span(exploration_.weights).first(static_cast<std::size_t>(FaultFamily::kCorrupt));
    const bool any = std::any_of(others.begin(), others.end(), [](double w) { return w > 0; });
    std::vector<FaultFamily> families;
    while (any && families.empty())
      for (std::size_t family = 0; family < others.size(); ++family) {
        const double weight = others[family];
        if (weight == 0 || !dice_.chance(0.35)) continue;
        for (double copies = weight; copies > 0; copies -= 1)
          if (copies >= 1 || dice_.chance(copies))
            families.push_back(static_cast<FaultFamily>(family));
      }
    return families;
  }

  // False if it would exceed what is tolerated, or hit a node that is down.
  bool add(FaultFamily family) {
    switch (family) {
      case FaultFamily::kServerCrash:
        return crash(any_of(Role::kServer));
      case FaultFamily::kWorkerCrash:
        return crash(any_of(Role::kWorker));
      case FaultFamily::kManagerCrash:
        return crash(any_of(Role::kManager));
      case FaultFamily::kServerPause:
        return pause(any_of(Role::kServer));
      case FaultFamily::kWorkerPause:
        return pause(any_of(Role::kWorker));
      case FaultFamily::kManagerPause:
        return pause(any_of(Role::kManager));
      case FaultFamily::kServerJoin:
        return move(any_of(Role::kServer), FaultKind::kJoin);
      case FaultFamily::kServerLeave:
        return move(any_of(Role::kServer), FaultKind::kLeave);
      case FaultFamily::kWorkerJoin:
        return move(any_of(Role::kWorker), FaultKind::kJoin);
      case FaultFamily::kWorkerLeave:
        return move(any_of(Role::kWorker), FaultKind::kLeave);
      case FaultFamily::kSlow:
        return slow();
      case FaultFamily::kPartition:
        return partition();
      default:
        return link(family);
    }
  }

  NodeId any_of(Role role) { return {role, dice_.below(count_of(run_.cluster, role))}; }
  double moment() { return rounded(dice_.number(episode_.begin, episode_.end)); }
  // Shorter or longer than a lease.
  double spell() {
    return dice_.chance(0.5) ? dice_.number(0.1, 0.9) * lease_ : dice_.number(1.1, 4) * lease_;
  }
  double until(double at, double length) { return std::min(rounded(at + length), episode_.end); }

  bool crash(NodeId node) {
    const double at = moment();
    const double up = dice_.chance(0.15) ? episode_.end : until(at, dice_.number(0.2, 5) * lease_);
    if (up <= at || is_busy(node, at, up)) return false;
    return add({{.at = at, .kind = FaultKind::kCrash, .nodes = only(node)},
                {.at = up, .kind = FaultKind::kRestart, .nodes = only(node)}});
  }

  bool pause(NodeId node) {
    const double at = moment(), end = until(at, spell());
    if (end <= at || is_busy(node, at, end)) return false;
    return add({{.at = at, .kind = FaultKind::kPause, .nodes = only(node), .until = end}});
  }

  // A node comes or goes; enough are there before and after.
  bool move(NodeId node, FaultKind kind) {
    const double at = moment();
    const bool joins = kind == FaultKind::kJoin;
    const double never = std::numeric_limits<double>::infinity();
    if (joins ? is_busy(node, 0, at) : is_busy(node, at, never)) return false;
    std::uint32_t moving = 1;
    for (const FaultSpec& fault : run_.faults)
      moving += is_move(fault.kind) && fault.nodes.front().role == node.role;
    const std::uint32_t least = node.role == Role::kServer ? run_.replication.factor : 1;
    if (count_of(run_.cluster, node.role) < least + moving) return false;
    return add({{.at = at, .kind = kind, .nodes = only(node)}});
  }

  static bool is_move(FaultKind kind) {
    return kind == FaultKind::kJoin || kind == FaultKind::kLeave;
  }

  bool slow() {
    const NodeId node = any_of(dice_.chance(0.5) ? Role::kWorker : Role::kServer);
    const double at = moment();
    return add({{.at = at,
                 .kind = FaultKind::kSlow,
                 .nodes = only(node),
                 .until = std::max(at + 0.001, until(at, spell() * 2)),
                 .factor = std::round(dice_.number(2, 20))}});
  }

  // One node, or half of the cluster, from all others; both ways or one.
  bool partition() {
    const double at = moment(), end = until(at, spell());
    if (end <= at) return false;
    NodeSelector inside;
    if (dice_.chance(0.4)) {
      for (Role role : {Role::kManager, Role::kServer, Role::kWorker})
        if (const std::uint32_t half = count_of(run_.cluster, role) / 2; half > 0)
          inside.push_back({role, 0, half - 1});
    } else if (dice_.chance(0.3)) {
      inside = only(manager_id(0));  // which leads as long as nothing has failed
    } else {
      constexpr Role kRoles[] = {Role::kServer, Role::kServer, Role::kManager, Role::kWorker};
      inside = only(any_of(kRoles[dice_.below(4)]));
    }
    FaultSpec fault{.at = at,
                    .kind = FaultKind::kLink,
                    .nodes = inside,
                    .to = others(inside),
                    .both_ways = dice_.chance(0.6),
                    .until = end};
    fault.link.down = true;
    if (dice_.chance(0.5)) std::swap(fault.nodes, fault.to);
    return add({fault});
  }

  NodeSelector others(const NodeSelector& selector) const {
    NodeSelector rest;
    for (std::uint32_t index = 0; index < run_.cluster.nodes(); ++index) {
      const NodeId node = node_at(run_.cluster, index);
      if (!selects(selector, node)) rest.push_back({node.role, node.rank, node.rank});
    }
    return rest;
  }

  NodeSelector everyone(Role role) const { return {{role, 0, count_of(run_.cluster, role) - 1}}; }

  bool link(FaultFamily family) {
    FaultSpec fault{.at = moment(), .kind = FaultKind::kLink};
    fault.until = std::max(fault.at + 0.001, until(fault.at, spell() * 1.5));
    choose_ends(fault);
    LinkCondition& condition = fault.link;
    switch (family) {
      case FaultFamily::kLinkDown:
        condition.down = true;
        break;
      case FaultFamily::kLoss:
        condition.loss = std::round(dice_.number(2, 40)) / 100;
        break;
      case FaultFamily::kDuplicate:
        condition.duplicate = std::round(dice_.number(5, 60)) / 100;
        if (dice_.chance(0.5)) {  // copies that come much later
          condition.reorder = 0.3;
          condition.reorder_time = dice_.chance(0.2) ? rounded(dice_.number(1, 3))
                                                     : rounded(dice_.number(0.5, 5) * lease_);
        }
        break;
      case FaultFamily::kReorder:
        condition.reorder = std::round(dice_.number(5, 60)) / 100;
        condition.reorder_time = rounded(dice_.number(0.05, 2) * lease_);
        break;
      case FaultFamily::kDelay:
        condition.delay = rounded(dice_.number(0.05, 1.2) * lease_);
        break;
      case FaultFamily::kRate:
        condition.rate = std::round(dice_.number(2e4, 2e5));
        break;
      case FaultFamily::kCorrupt:
        condition.corrupt = std::round(dice_.number(2, 40)) / 100;
        break;
      default:
        fault.kind = FaultKind::kReset;
        fault.until = std::numeric_limits<double>::infinity();
        break;
    }
    return add({fault});
  }

  void choose_ends(FaultSpec& fault) {
    const NodeId worker = any_of(Role::kWorker), server = any_of(Role::kServer);
    fault.both_ways = dice_.chance(0.7);
    switch (dice_.below(6)) {
      case 0:
        fault.nodes = only(worker), fault.to = only(server);
        break;
      case 1:
        fault.nodes = everyone(Role::kServer), fault.to = everyone(Role::kServer);
        break;
      case 2:
        fault.nodes = everyone(Role::kWorker), fault.to = everyone(Role::kServer);
        break;
      case 3:
        fault.nodes = only(server);
        fault.to = only(any_of(Role::kServer));
        break;
      case 4:
        fault.nodes = only(dice_.chance(0.5) ? worker : server);
        break;
      default:
        fault.nodes = everyone(Role::kManager);
        if (dice_.chance(0.5)) fault.to = everyone(Role::kServer);
        break;
    }
  }

  // A node that is not there, or down, cannot crash or stand still.
  bool is_busy(NodeId node, double begin, double end) const {
    for (const FaultSpec& fault : run_.faults) {
      if (!is_move(fault.kind) || !selects(fault.nodes, node)) continue;
      if (fault.kind == FaultKind::kJoin ? begin <= fault.at : fault.at <= end) return true;
    }
    const analysis::FaultTimes times(run_);
    return std::any_of(times.spans().begin(), times.spans().end(), [&](const auto& span) {
      const FaultKind kind = span.fault->kind;
      return (kind == FaultKind::kCrash || kind == FaultKind::kPause) &&
             selects(span.fault->nodes, node) && span.begin.seconds <= end &&
             begin <= span.end.seconds;
    });
  }

  // A turn that a worker has is lost with it.
  bool loses_a_turn(const FaultSpec& fault) const {
    return run_.consistency.model == ConsistencyModel::kRoundRobin &&
           (fault.kind == FaultKind::kCrash || is_move(fault.kind)) &&
           fault.nodes.front().role == Role::kWorker;
  }

  // Unless more would fail than is tolerated.
  bool add(std::vector<FaultSpec> faults) {
    if (loses_a_turn(faults.front())) return false;
    std::vector<FaultSpec> before = run_.faults;
    for (FaultSpec& fault : faults) {
      // So that a file, which says how long it lasts, gives the same time.
      fault.until = fault.at + (fault.until - fault.at);
      run_.faults.push_back(std::move(fault));
    }
    std::stable_sort(run_.faults.begin(), run_.faults.end(),
                     [](const FaultSpec& a, const FaultSpec& b) { return a.at < b.at; });
    if (!exploration_.keeps_tolerance || is_tolerated(run_)) return true;
    run_.faults = std::move(before);
    return false;
  }

  RunSpec& run_;
  const Exploration& exploration_;
  Dice& dice_;
  const double lease_;
  struct Episode {
    double begin = 0, end = 0;
  };
  std::vector<Episode> episodes_;
  Episode episode_;  // that the next fault belongs to
};

// How long the job may take once nothing fails any more: all of its iterations anew, each a few
// times as long as it should be, after detection, view changes and the last of the retries.
double patience(const RunSpec& run) {
  // Of the gradients that are computed at once, perhaps only as many as make an update count.
  const std::uint32_t workers = run.cluster.workers;
  const double updates = 1.0 * workers / std::min(gradients_in_update(run), workers);
  return 3 * iteration_s(run) * updates * *run.job.stop.iterations +
         12 * run.detection.lease.seconds + 20 * run.detection.heartbeat.seconds +
         3 * run.client.retry.timeout_max.seconds;
}

}  // namespace

RunSpec draw_run(const RunSpec& base, const Exploration& exploration, std::uint64_t seed,
                 std::uint32_t number) {
  Dice dice(RandomStream(seed, manager_id(number), Purpose::kExploration));
  const Dice of_settings(RandomStream(seed, manager_id(number), Purpose::kExploration, 2));
  RunSpec run = draw_cluster(base, exploration, dice, of_settings);
  const Dice apart(RandomStream(seed, manager_id(number), Purpose::kExploration, 1));
  const double healed = Schedule(run, exploration, dice).draw(apart);
  run.job.stop.time = Duration{rounded(healed + patience(run))};
  run.name = base.name + "-" + std::to_string(number);
  return run;
}

void allow_for_machine(RunSpec& run) {
  constexpr double kTimesAsLong = 3, kMoreSeconds = 5;
  run.job.stop.time = *run.job.stop.time * kTimesAsLong + Duration{kMoreSeconds};
}

}  // namespace psgrid::scenarios
