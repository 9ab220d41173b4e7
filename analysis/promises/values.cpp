// Checks of what pulls returned, in runs whose values count the pushes that are in them.
#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "analysis/promises/check.hpp"
#include "analysis/promises/findings.hpp"
#include "analysis/promises/rounds.hpp"

namespace psgrid::analysis {

namespace {

// A pull that has ended, with how many pushes of each worker it must and may have seen.
struct PullFacts {
  const PullLife& pull;
  std::vector<std::uint64_t> acknowledged;  // before it began
  std::vector<std::uint64_t> begun;         // before it ended
  std::uint32_t expelled = 0;               // workers, before it ended
  bool repeats = false;  // its worker had begun the push of this iteration before the pull
};

struct KeyRead {
  Namespace table;
  Key key = 0;
  float value = 0;
};

class Pulls {
 public:
  explicit Pulls(const History& history) : history_(history) {}

  // Calls visit(facts, reads) for every pull that has ended.
  template <class Visit>
  void for_each(Visit&& visit) const {
    if (!history_.counts()) return;
    for (const PullLife& pull : history_.pulls()) {
      if (pull.ended == kNever) continue;
      PullFacts facts{.pull = pull,
                      .acknowledged = {},
                      .begun = {},
                      .expelled = history_.expelled_before(pull.ended)};
      for (std::uint32_t worker = 0; worker < history_.layout().workers(); ++worker) {
        facts.acknowledged.push_back(history_.acknowledged_before(worker, pull.begun));
        facts.begun.push_back(history_.begun_before(worker, pull.ended));
      }
      facts.repeats = history_.begun_before(pull.worker.rank, pull.begun) > pull.iteration.value;
      visit(facts, reads(pull));
    }
  }

 private:
  std::vector<KeyRead> reads(const PullLife& pull) const {
    const TallyBatch& batch = history_.batch(pull.batch_of, pull.iteration);
    const auto& values = std::get<PullEnded>(history_.trail().records[pull.ended].what).values;
    std::vector<KeyRead> reads;
    reads.reserve(values.size());
    for (std::uint16_t table = 0; table < TallyLayout::kTables; ++table)
      batch.read[table].for_each_run([&](Key begin, std::uint64_t count) {
        for (Key key = begin; key < begin + count && reads.size() < values.size(); ++key)
          reads.push_back({{table}, key, values[reads.size()]});
      });
    return reads;
  }

  const History& history_;
};

// How often all workers together have added to a key, each with its pushes up to a number.
template <class Count>
std::uint64_t sum(const History& history, const KeyRead& read,
                  const std::vector<std::uint64_t>& pushes, Count count) {
  const std::uint32_t owner = history.layout().owner(read.key);
  if (owner < pushes.size()) return (history.*count)(owner, read.table, read.key, pushes[owner]);
  std::uint64_t all = 0;
  for (std::uint32_t worker = 0; worker < pushes.size(); ++worker)
    all += (history.*count)(worker, read.table, read.key, pushes[worker]);
  return all;
}

std::uint64_t added(const History& history, const KeyRead& read,
                    const std::vector<std::uint64_t>& pushes) {
  return sum(history, read, pushes, &History::added);
}
std::uint64_t surely_added(const History& history, const KeyRead& read,
                           const std::vector<std::uint64_t>& pushes) {
  return sum(history, read, pushes, &History::surely_added);
}

// The mean over those who are left grows by more than 1 for each of them.
double most(const History& history, const PullFacts& facts, std::uint64_t pushes) {
  if (!history.counts_means() || facts.expelled == 0) return static_cast<double>(pushes);
  const double workers = history.layout().workers();
  const double all =
      static_cast<double>(pushes) * workers / std::max(1.0, workers - facts.expelled);
  constexpr double kRounding = 1e-3, kRoundingOfSteps = 1e-5;
  return all + kRounding + kRoundingOfSteps * all;
}

std::string pull_text(const History& history, const PullLife& pull) {
  return fmt::format("pull {} of iteration {}, from {:.6g} s to {:.6g} s",
                     pull.number.value & 0xffffffff, pull.iteration.value,
                     history.time(pull.begun).seconds, history.time(pull.ended).seconds);
}

std::string owner_text(const History& history, Key key) {
  const std::uint32_t owner = history.layout().owner(key);
  return owner < history.layout().workers() ? "a key of " + psgrid::to_string(worker_id(owner))
                                            : std::string("a hot key");
}

// Of a worker's first pushes those before any that may wait for the others' of its iteration, as
// only so many iterations are complete.
std::uint64_t applied(const History& history, std::uint64_t pushes, std::uint64_t complete) {
  std::uint64_t applied = 0;
  while (applied < pushes &&
         (applied < complete || !history.consistency().sums({static_cast<std::uint32_t>(applied)})))
    ++applied;
  return applied;
}

// Acknowledged pushes that must be in the values: where sums are applied only when an iteration is
// complete, those of iterations that all workers had acknowledged. Of those that wait for enough
// others see rounds.hpp.
std::optional<std::vector<std::uint64_t>> must_have(const History& history,
                                                    const PullFacts& facts) {
  if (history.consistency().caches() || history.consistency().quorum()) return {};
  if (!history.any_sums()) return facts.acknowledged;
  if (facts.expelled > 0) return {};
  const auto complete = *std::min_element(facts.acknowledged.begin(), facts.acknowledged.end());
  std::vector<std::uint64_t> pushes = facts.acknowledged;
  for (std::uint64_t& of_worker : pushes) of_worker = applied(history, of_worker, complete);
  return pushes;
}

}  // namespace

BrokenList check_bounds(const History& history) {
  Findings findings(Promise::kBounds);
  const CountedPushes counted(history);
  Pulls(history).for_each([&](const PullFacts& facts, const std::vector<KeyRead>& reads) {
    const auto least = must_have(history, facts);
    for (const KeyRead& read : reads) {
      const auto tell = [&](const std::string& expected) {
        findings.add(
            history.time(facts.pull.ended),
            fmt::format("{} returned {} for {}, expected {}", pull_text(history, facts.pull),
                        read.value, owner_text(history, read.key), expected),
            {facts.pull.worker}, {{read.table, read.key}});
      };
      const std::uint64_t begun = added(history, read, facts.begun);
      if (read.value > most(history, facts, begun))
        tell(fmt::format("at most the {} pushes to it that had begun", begun));
      if (history.consistency().quorum()) {
        const CountedPushes::Count in_updates =
            counted.count(read.table, read.key, facts.pull.begun, facts.pull.ended);
        const double rounding = facts.expelled > 0 ? 1e-3 + 1e-5 * in_updates.most : 0;
        if (read.value < in_updates.least - rounding || read.value > in_updates.most + rounding)
          tell(
              fmt::format("{} to {}, as updates were made of pushes to it that were acknowledged "
                          "before, and of any",
                          in_updates.least, in_updates.most));
      }
      if (!least) continue;
      const std::uint64_t acknowledged = surely_added(history, read, *least);
      if (read.value < static_cast<float>(acknowledged))
        tell(fmt::format("at least the {} pushes to it that were acknowledged before",
                         acknowledged));
    }
  });
  return std::move(findings).take();
}

BrokenList check_no_phantom(const History& history) {
  Findings findings(Promise::kNoPhantom);
  Pulls(history).for_each([&](const PullFacts& facts, const std::vector<KeyRead>& reads) {
    const bool whole = !history.counts_means() || facts.expelled == 0;
    std::vector<std::uint64_t> ever;
    for (const std::vector<PushLife>& lives : history.pushes()) ever.push_back(lives.size());
    for (const KeyRead& read : reads) {
      const std::uint64_t attempted = added(history, read, ever);
      const bool is_count = std::isfinite(read.value) && read.value >= 0 &&
                            (!whole || read.value == std::floor(read.value));
      if (is_count && read.value <= most(history, facts, attempted)) continue;
      findings.add(history.time(facts.pull.ended),
                   fmt::format("{} returned {} for {}, to which {} pushes were ever attempted",
                               pull_text(history, facts.pull), read.value,
                               owner_text(history, read.key), attempted),
                   {facts.pull.worker}, {{read.table, read.key}});
    }
  });
  return std::move(findings).take();
}

// More than was added to a key, but no more than was added to it in all tables together.
BrokenList check_isolated(const History& history) {
  Findings findings(Promise::kIsolated);
  Pulls(history).for_each([&](const PullFacts& facts, const std::vector<KeyRead>& reads) {
    for (const KeyRead& read : reads) {
      const std::uint64_t here = added(history, read, facts.begun);
      std::uint64_t everywhere = 0;
      for (std::uint16_t table = 0; table < TallyLayout::kTables; ++table)
        everywhere += added(history, {{table}, read.key, read.value}, facts.begun);
      if (read.value <= most(history, facts, here) || read.value > most(history, facts, everywhere))
        continue;
      findings.add(
          history.time(facts.pull.ended),
          fmt::format("{} returned {} for {}, to which {} pushes had begun, and {} in all tables "
                      "together",
                      pull_text(history, facts.pull), read.value, owner_text(history, read.key),
                      here, everywhere),
          {facts.pull.worker}, {{read.table, read.key}});
    }
  });
  return std::move(findings).take();
}

BrokenList check_staleness(const History& history) {
  Findings findings(Promise::kStaleness);
  if (history.consistency().quorum()) return {};  // clocks say nothing of what was dropped
  Pulls(history).for_each([&](const PullFacts& facts, const std::vector<KeyRead>& reads) {
    // Pushes of each worker: what the model asks for, and what the answer says is in it.
    const std::uint64_t required =
        std::max(history.consistency().least_required(facts.pull.iteration), facts.pull.slowest)
            .value;
    std::vector<std::uint64_t> old(facts.begun.size(), required);
    for (std::uint32_t worker = 0; worker < old.size(); ++worker) {
      if (history.is_expelled_before(worker, facts.pull.ended)) {
        old[worker] = 0;
      } else if (facts.begun[worker] < required) {
        findings.add(
            history.time(facts.pull.ended),
            fmt::format("{} was answered when {} had begun {} pushes, expected at least {}",
                        pull_text(history, facts.pull), psgrid::to_string(worker_id(worker)),
                        facts.begun[worker], required),
            {facts.pull.worker, worker_id(worker)});
      }
    }
    for (const KeyRead& read : reads) {
      const std::uint64_t expected = surely_added(history, read, old);
      if (read.value >= static_cast<float>(expected)) continue;
      findings.add(history.time(facts.pull.ended),
                   fmt::format("{} returned {} for {}, expected at least the {} pushes to it of "
                               "iterations before {}",
                               pull_text(history, facts.pull), read.value,
                               owner_text(history, read.key), expected, required),
                   {facts.pull.worker}, {{read.table, read.key}});
    }
  });
  return std::move(findings).take();
}

BrokenList check_bulk_sync(const History& history) {
  Findings findings(Promise::kBulkSync);
  if (history.consistency().caches()) return {};
  // Up to where all iterations are one after the other.
  Clock serial;
  while (serial.value < history.run().job.stop.iterations.value_or(0) &&
         history.consistency().sums(serial) &&
         history.consistency().least_required(serial) == serial)
    serial = serial.next();
  Pulls(history).for_each([&](const PullFacts& facts, const std::vector<KeyRead>& reads) {
    if (facts.expelled > 0 || facts.pull.iteration >= serial) return;
    // Started anew, a worker repeats iterations that may be part of the model already: what it
    // reads for them is newer, and what it pushes is not applied again.
    if (facts.repeats) return;
    const std::vector<std::uint64_t> done(facts.begun.size(), facts.pull.iteration.value);
    for (const KeyRead& read : reads) {
      const std::uint64_t expected = added(history, read, done);
      if (read.value == static_cast<float>(expected)) continue;
      findings.add(
          history.time(facts.pull.ended),
          fmt::format("{} returned {} for {}, a serial run has {}", pull_text(history, facts.pull),
                      read.value, owner_text(history, read.key), expected),
          {facts.pull.worker}, {{read.table, read.key}});
    }
  });
  return std::move(findings).take();
}

namespace {

// The newest that an incarnation of a worker has read.
class ReadSoFar {
 public:
  using Ended = std::vector<KeyRead>;

  void add(Place ended, Ended reads) { waiting_.emplace(ended, std::move(reads)); }

  // By the pulls that had ended before a place; places must rise.
  const std::map<std::pair<Namespace, Key>, float>& before(Place place) {
    while (!waiting_.empty() && waiting_.begin()->first < place) {
      for (const KeyRead& read : waiting_.begin()->second) {
        float& newest = newest_[{read.table, read.key}];
        newest = std::max(newest, read.value);
      }
      waiting_.erase(waiting_.begin());
    }
    return newest_;
  }

 private:
  std::map<Place, Ended> waiting_;
  std::map<std::pair<Namespace, Key>, float> newest_;
};

}  // namespace

BrokenList check_session(const History& history) {
  Findings findings(Promise::kSession);
  // By worker, incarnation and, with caches, life: pushes that were in a worker's when it was
  // expelled may not be in anywhere else.
  std::map<std::tuple<NodeId, std::uint32_t, std::uint32_t>, ReadSoFar> sessions;
  Pulls(history).for_each([&](const PullFacts& facts, const std::vector<KeyRead>& reads) {
    const NodeId worker = facts.pull.worker;
    const std::uint32_t life = history.consistency().caches() ? facts.pull.life : 0;
    ReadSoFar& session = sessions[{worker, facts.pull.incarnation, life}];
    const auto& newest = session.before(facts.pull.begun);
    const bool was_out = history.is_expelled_before(worker.rank, facts.pull.ended);
    const std::uint64_t pushed = std::max(facts.acknowledged[worker.rank], facts.pull.pushed);
    const bool is_mean = history.counts_means() && facts.expelled > 0;
    const std::uint64_t own =
        was_out || is_mean || history.consistency().quorum()
            ? 0
            : applied(history, pushed,
                      history.consistency().least_required(facts.pull.iteration).value);
    for (const KeyRead& read : reads) {
      const std::uint64_t expected = history.surely_added(worker.rank, read.table, read.key, own);
      if (read.value < static_cast<float>(expected))
        findings.add(history.time(facts.pull.ended),
                     fmt::format("{} returned {} for {}, expected at least the worker's own {} "
                                 "pushes to it",
                                 pull_text(history, facts.pull), read.value,
                                 owner_text(history, read.key), expected),
                     {worker}, {{read.table, read.key}});
      const auto before = newest.find({read.table, read.key});
      if (before != newest.end() && read.value < before->second)
        findings.add(history.time(facts.pull.ended),
                     fmt::format("{} returned {} for {}, after an earlier one had returned {}",
                                 pull_text(history, facts.pull), read.value,
                                 owner_text(history, read.key), before->second),
                     {worker}, {{read.table, read.key}});
    }
    session.add(facts.pull.ended, reads);
  });
  return std::move(findings).take();
}

}  // namespace psgrid::analysis
