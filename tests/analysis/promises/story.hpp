// Small trails written by hand, of a cluster with two workers, three servers and two replicas of
// each of two shards; for tests of what checkers make of them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/promises/check.hpp"
#include "analysis/promises/trail.hpp"
#include "model/learners/tally.hpp"

namespace psgrid::analysis::testing {

class Story {
 public:
  static constexpr std::uint32_t kWorkers = 2, kServers = 3, kIterations = 60;

  explicit Story(ConsistencySpec consistency = {.model = ConsistencyModel::kAsync}) {
    trail_.run.cluster = {.workers = kWorkers, .servers = kServers, .managers = 1};
    trail_.run.job.learner = {.type = LearnerType::kTally, .keys = 2, .workers = kWorkers};
    trail_.run.job.compute = {.automatic = false, .seconds = Duration{0.01}};
    trail_.run.job.stop = {.iterations = kIterations, .time = Duration{100}};
    trail_.run.consistency = consistency;
    trail_.run.replication.factor = 2;
    trail_.run.detection = {.enabled = true, .heartbeat = {0.02}, .lease = {0.08}};
    trail_.run.client.retry.timeout_max = {0.16};
    trail_.run.audited = true;
  }

  RunSpec& run() { return trail_.run; }

  // When what follows happens.
  Story& at(double seconds) {
    now_ = {seconds};
    return *this;
  }

  Story& tells(NodeId node, Record what, std::uint32_t incarnation = 0) {
    trail_.records.push_back({now_, node, incarnation, std::move(what)});
    return *this;
  }
  Story& event(NodeId node, const std::string& name, const std::string& detail = "") {
    return tells(node, Event{name, detail});
  }

  // A worker's pushes are numbered from 1; that of iteration n has the number n + 1.
  Story& begins(std::uint32_t worker, std::uint64_t push) {
    return tells(worker_id(worker), PushBegun{{push}, {static_cast<std::uint32_t>(push - 1)}});
  }
  Story& hears(std::uint32_t worker, std::uint64_t push) {
    return tells(worker_id(worker), PushAcknowledged{{push}});
  }
  // All up to a number, one after the other.
  Story& pushes(std::uint32_t worker, std::uint64_t last) {
    for (std::uint64_t push = 1; push <= last; ++push) begins(worker, push).hears(worker, push);
    return *this;
  }

  Story& asks(std::uint32_t worker, std::uint32_t iteration) {
    return tells(worker_id(worker), PullBegun{{iteration + 1u}, {iteration}});
  }
  Story& reads(std::uint32_t worker, std::uint32_t iteration, std::vector<float> values,
               std::uint32_t slowest = 0) {
    return tells(worker_id(worker),
                 PullEnded{{iteration + 1u}, {iteration}, {slowest}, std::move(values)});
  }

  // Chains of epoch 1: shard 0 at servers 0 and 1, shard 1 at servers 1 and 2.
  static std::vector<Chain> chains() {
    return {{.since = {1}, .servers = {0, 1}}, {.since = {1}, .servers = {1, 2}}};
  }
  static ViewInstalled view(std::uint32_t epoch, std::vector<Chain> chains = Story::chains(),
                            std::vector<std::uint32_t> expelled = {}) {
    return {.epoch = {epoch},
            .digest = epoch,
            .chains = std::move(chains),
            .expelled = std::move(expelled)};
  }

  // An entry's digest tells its place and its push, and `history`, which stands for those before.
  static EntryApplied entry(std::uint64_t sequence, std::uint32_t worker, std::uint64_t push,
                            std::uint32_t shard = 0, std::uint32_t since = 1,
                            std::uint64_t history = 0) {
    return {.shard = shard,
            .since = {since},
            .sequence = sequence,
            .worker = worker_id(worker),
            .push = {push},
            .digest = (history << 32) + sequence * 1000 + worker * 100 + push};
  }
  Story& applies(std::uint32_t server, const EntryApplied& entry, std::uint32_t incarnation = 0) {
    return tells(server_id(server), entry, incarnation);
  }

  Story& ends(double seconds) {
    trail_.end = {seconds};
    return *this;
  }
  Story& works_until(double seconds) {
    trail_.last_work = {seconds};
    return *this;
  }
  Story& counts_messages(MessageFates fates) {
    trail_.fates = fates;
    return *this;
  }
  Story& fault(FaultSpec fault) {
    trail_.run.faults.push_back(std::move(fault));
    return *this;
  }

  Trail trail() const {
    Trail trail = trail_;
    trail.end = std::max(trail.end, now_);
    return trail;
  }

  BrokenList check(BrokenList (*checker)(const History&)) const {
    const Trail told = trail();
    return checker(History(told));
  }

 private:
  Trail trail_;
  Time now_;
};

// What a pull of all keys returns that has so many pushes of each worker in it: table after table,
// in each two keys of worker 0 and 1 in turn and then the hot ones.
inline std::vector<float> counts(const std::vector<std::uint64_t>& pushes) {
  const TallyLayout layout(Story::kWorkers, 2);
  std::vector<float> values;
  for (std::uint32_t table = 0; table < TallyLayout::kTables; ++table)
    for (Key key = 0; key < layout.keys(); ++key) {
      float count = 0;
      for (std::uint32_t worker = 0; worker < Story::kWorkers; ++worker)
        for (std::uint32_t push = 0; push < pushes[worker]; ++push) {
          const auto batch = layout.batch(worker, TallyLayout::kind(worker, {push}));
          count += batch.added[table].contains(key) ? 1.0f : 0.0f;
        }
      values.push_back(count);
    }
  return values;
}

// The first iteration, from one on, in which a worker reads all keys.
inline std::uint32_t reading_all(std::uint32_t worker, std::uint32_t from = 0) {
  constexpr std::uint32_t kReadsWhatItAddsTo = 2;
  while (TallyLayout::kind(worker, {from}) == kReadsWhatItAddsTo) ++from;
  return from;
}

// That it is about this promise, and says so.
MATCHER_P(Breaks, promise, "") {
  return !arg.empty() && arg.front().promise == promise && !arg.front().what.empty();
}
inline auto Keeps() { return ::testing::IsEmpty(); }

}  // namespace psgrid::analysis::testing
