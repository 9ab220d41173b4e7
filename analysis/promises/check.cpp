#include "analysis/promises/check.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace psgrid::analysis {

namespace {

struct Check {
  Promise promise;
  BrokenList (*check)(const History&);
};

constexpr Check kOfValues[] = {
    {Promise::kBounds, check_bounds},      {Promise::kNoPhantom, check_no_phantom},
    {Promise::kIsolated, check_isolated},  {Promise::kStaleness, check_staleness},
    {Promise::kBulkSync, check_bulk_sync}, {Promise::kSession, check_session},
};
constexpr Check kSafety[] = {
    {Promise::kQuorum, check_quorum},
    {Promise::kTurns, check_turns},
    {Promise::kDurable, check_durable},
    {Promise::kExactlyOnce, check_exactly_once},
    {Promise::kPrefixOrder, check_prefix_order},
    {Promise::kAgree, check_agree},
    {Promise::kMonotone, check_monotone},
    {Promise::kOneOwner, check_one_owner},
    {Promise::kOneView, check_one_view},
    {Promise::kMember, check_member},
    {Promise::kBounded, check_bounded},
};
constexpr Check kOfHarness[] = {{Promise::kConserved, check_conserved}};
constexpr Check kLiveness[] = {
    {Promise::kProgress, check_progress},   {Promise::kNoDeadlock, check_no_deadlock},
    {Promise::kFailover, check_failover},   {Promise::kStraggler, check_straggler},
    {Promise::kRecovered, check_recovered},
};

bool counts(const RunSpec& run) { return run.job.learner.type == LearnerType::kTally; }

bool applies(Promise promise, const RunSpec& run) {
  const auto model = make_consistency(run.consistency);
  if (promise == Promise::kQuorum) return model->quorum().has_value();
  return promise != Promise::kTurns || model->takes_turns();
}

template <std::size_t kCount>
void run(const History& history, const Check (&checks)[kCount], BrokenList& broken) {
  for (const Check& check : checks) {
    BrokenList found = check.check(history);
    std::move(found.begin(), found.end(), std::back_inserter(broken));
  }
}

bool is_excused(const History& history, const Broken& broken) {
  return broken.since && history.stalled(*broken.since, broken.at);
}

// Of every kind, by time; those for which the machine may be to blame, or the others.
BrokenList check_all(const History& history, bool excused) {
  BrokenList broken;
  run(history, kOfValues, broken);
  run(history, kSafety, broken);
  if (history.run().beyond_tolerance) {
    for (Broken& each : broken) {
      each.what = std::string(promise_name(each.promise)) + ": " + each.what;
      each.promise = Promise::kHonest;
    }
  } else {
    run(history, kLiveness, broken);
  }
  run(history, kOfHarness, broken);
  std::erase_if(broken, [&](const Broken& each) { return is_excused(history, each) != excused; });
  std::stable_sort(broken.begin(), broken.end(),
                   [](const Broken& a, const Broken& b) { return a.at < b.at; });
  return broken;
}

}  // namespace

BrokenList check_promises(const Trail& trail) { return check_promises(History(trail)); }

BrokenList check_promises(const History& history) { return check_all(history, false); }

BrokenList unknown_promises(const History& history) {
  return history.trail().real_time ? check_all(history, true) : BrokenList{};
}

std::string promises_text(const Trail& trail, const BrokenList& broken) {
  const RunSpec& run = trail.run;
  const bool messages_counted = trail.fates.has_value();
  std::string text;
  const BrokenList unknown = unknown_promises(History(trail));
  const auto sentences = [](const BrokenList& list, Promise promise) {
    std::string lines;
    for (const Broken& each : list)
      if (each.promise == promise) lines += "  " + to_string(each) + "\n";
    return lines;
  };
  const auto tell = [&](Promise promise, bool checked) {
    const std::string is_broken = sentences(broken, promise);
    const std::string is_unknown = sentences(unknown, promise);
    text += fmt::format("{:<12} {}\n  {}\n{}{}", promise_name(promise),
                        !is_broken.empty()    ? "broken"
                        : !is_unknown.empty() ? "unknown: the machine let processes wait"
                        : checked             ? "kept"
                                              : "not checked",
                        promise_text(promise), is_broken, is_unknown);
  };
  const bool within = !run.beyond_tolerance;
  for (const Check& check : kOfValues) tell(check.promise, within && counts(run));
  for (const Check& check : kSafety) tell(check.promise, within && applies(check.promise, run));
  tell(Promise::kHonest, !within);
  for (const Check& check : kLiveness) tell(check.promise, within);
  for (const Check& check : kOfHarness) tell(check.promise, messages_counted);
  return text;
}

}  // namespace psgrid::analysis
