#include "analysis/trace_writer.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/analysis/synthetic_run.hpp"

namespace psgrid::analysis {
namespace {

using nlohmann::json;

TraceOptions enabled() {
  TraceOptions options;
  options.enabled = true;
  options.until_s = 10;
  return options;
}

json events_of(const TraceLog& log) {
  std::ostringstream out;
  write_trace(log, out);
  return json::parse(out.str()).at("traceEvents");
}

json find(const json& events, const std::string& phase, const std::string& name) {
  for (const json& event : events) {
    if (event.at("ph") == phase && event.value("name", "") == name) return event;
  }
  return nullptr;
}

IterationDone iteration() {
  IterationDone done;
  done.iteration = {5};
  done.start = {1.0};
  done.wait = {0.25};
  done.pull = {0.125};
  done.compute = {0.5};
  done.push = {0.125};
  done.end = {2.0};
  return done;
}

TEST(TraceWriter, AnIterationHoldsItsPartsInOrder) {
  TraceLog log(enabled());
  log.add(worker_id(3), iteration());
  const json events = events_of(log);
  const auto expect_slice = [&](const char* name, double ts, double dur) {
    const json slice = find(events, "X", name);
    ASSERT_FALSE(slice.is_null()) << name;
    EXPECT_EQ(slice.at("ts"), ts) << name;
    EXPECT_EQ(slice.at("dur"), dur) << name;
  };
  expect_slice("iteration", 1.0e6, 1e6);
  expect_slice("wait", 1.0e6, 0.25e6);
  expect_slice("pull", 1.25e6, 0.125e6);
  expect_slice("compute", 1.375e6, 0.5e6);
  expect_slice("push", 1.875e6, 0.125e6);
  EXPECT_EQ(find(events, "M", "thread_name").at("args").at("name"), "worker[3]");
  EXPECT_EQ(find(events, "M", "process_name").at("args").at("name"), "workers");
}

TEST(TraceWriter, AnArrowLeadsFromTheComputationToTheApplication) {
  TraceLog log(enabled());
  log.add(worker_id(3), iteration());
  log.add(WorkTrace{server_id(1), {2.0}, {2.5}, WorkKind::kApply});
  log.add(Time{2.5}, server_id(1), GradientApplied{worker_id(3), {5}, 7, 2});
  const json events = events_of(log);
  const json from = find(events, "s", "push"), to = find(events, "f", "push");
  EXPECT_EQ(from.at("id"), to.at("id"));
  EXPECT_EQ(from.at("ts"), 1.875e6 - 0.001) << "within the slice of the computation";
  EXPECT_EQ(to.at("ts"), 2.5e6 - 0.001) << "within the slice of the application";
  EXPECT_EQ(to.at("bp"), "e");
  EXPECT_EQ(find(events, "C", "server[1] staleness").at("args").at("staleness"), 2);
}

TEST(TraceWriter, WorkOnSeveralCoresGetsTracksOfItsOwn) {
  TraceLog log(enabled());
  log.add(WorkTrace{server_id(0), {0}, {2}, WorkKind::kApply});
  log.add(WorkTrace{server_id(0), {1}, {3}, WorkKind::kServe});
  log.add(WorkTrace{server_id(0), {2}, {4}, WorkKind::kApply});
  std::map<std::string, std::vector<json>> threads;
  for (const json& event : events_of(log)) {
    if (event.at("ph") == "X") threads[event.at("name")].push_back(event.at("tid"));
  }
  EXPECT_EQ(threads["apply"], (std::vector<json>{1, 1}));
  EXPECT_EQ(threads["serve"], (std::vector<json>{2}));
}

TEST(TraceWriter, TheQueueCountsMessagesOnTheirWay) {
  TraceLog log(enabled());
  log.add(MessageTrace{worker_id(0), server_id(0), {1}, {3}, {10}, "push", 1});
  log.add(MessageTrace{worker_id(1), server_id(0), {2}, {4}, {10}, "push", 1});
  log.add(MessageTrace{server_id(0), worker_id(1), {2}, {4}, {10}, "push_reply", 1});
  std::vector<int> queue;
  for (const json& event : events_of(log)) {
    if (event.at("ph") == "C") queue.push_back(event.at("args").at("queue"));
  }
  EXPECT_EQ(queue, (std::vector<int>{1, 2, 1, 0}));
}

TEST(TraceWriter, KeepsOnlyWhatItIsToldTo) {
  TraceOptions options = enabled();
  options.until_s = 1;
  options.workers_max = 2;
  options.entries_max = 3;
  TraceLog log(options);
  IterationDone done = iteration();
  done.start = {0.5};
  log.add(worker_id(2), done);         // not a sampled worker
  log.add(worker_id(0), iteration());  // begins too late
  log.add(Time{0.5}, server_id(0), GradientApplied{worker_id(2), {0}, 0, 0});
  EXPECT_EQ(log.dropped(), 0u);
  for (int i = 0; i < 5; ++i) log.add(worker_id(1), done);
  EXPECT_EQ(log.iterations().size(), 3u);
  EXPECT_EQ(log.dropped(), 2u);
}

TEST(TraceWriter, EventsWithOddNamesStayJson) {
  TraceLog log(enabled());
  log.add(Time{0}, server_id(0), Event{"crash \"hard\"", "line\nbreak \xff"});
  const json instant = find(events_of(log), "i", "crash \"hard\"");
  EXPECT_EQ(instant.at("args").at("detail"), "line\nbreak \xEF\xBF\xBD");
}

TEST(TraceWriter, SlicesOfATrackNestOrFollowEachOther) {
  testing::SyntheticSpec spec;
  spec.staleness = 3;
  testing::SyntheticRun run(spec);
  RecorderOptions options;
  options.trace.enabled = true;
  RunRecorder recorder(run.header(), options);
  run.play(recorder);

  using Slice = std::pair<std::int64_t, std::int64_t>;  // nanoseconds
  std::map<std::pair<int, int>, std::vector<Slice>> tracks;
  for (const json& event : events_of(recorder.trace())) {
    if (event.at("ph") != "X") continue;
    const auto ns = [&](const char* key) {
      return std::llround(event.at(key).get<double>() * 1000);
    };
    tracks[{event.at("pid"), event.at("tid")}].push_back({ns("ts"), ns("ts") + ns("dur")});
  }
  ASSERT_GE(tracks.size(), 36u) << "32 workers and 4 servers";
  for (auto& [track, slices] : tracks) {
    std::sort(slices.begin(), slices.end(), [](const Slice& a, const Slice& b) {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    });
    std::vector<std::int64_t> open;
    for (const auto& [begin, end] : slices) {
      while (!open.empty() && open.back() <= begin) open.pop_back();
      const bool nests = open.empty() || end <= open.back();
      ASSERT_TRUE(nests) << "track " << track.second;
      open.push_back(end);
    }
  }
}

}  // namespace
}  // namespace psgrid::analysis
