#include "analysis/trace_writer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <ostream>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace psgrid::analysis {
namespace {

// Slices must nest exactly, so all times are whole nanoseconds.
using Nanoseconds = std::int64_t;

Nanoseconds nanoseconds(Time time) { return std::llround(time.seconds * 1e9); }

// The format counts in microseconds.
std::string microseconds(Nanoseconds t) { return fmt::format("{}.{:03}", t / 1000, t % 1000); }

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

const char* work_name(WorkKind kind) {
  switch (kind) {
    case WorkKind::kGradient:
      return "compute";
    case WorkKind::kApply:
      return "apply";
    case WorkKind::kServe:
      return "serve";
    case WorkKind::kEvaluate:
      return "evaluate";
    case WorkKind::kStore:
      return "checkpoint";
  }
  return "work";
}

// A node's work on several cores needs a track for each.
struct Track {
  NodeId node;
  std::uint32_t core = 0;
  auto operator<=>(const Track&) const = default;
};

class TraceWriter {
 public:
  TraceWriter(const TraceLog& log, std::ostream& out) : log_(log), out_(out) {}

  void write() {
    out_ << "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n";
    for (const TraceLog::Iteration& iteration : log_.iterations()) write(iteration);
    write_work();
    write_arrows();
    write_queues();
    for (const TraceLog::Instant& instant : log_.instants()) write(instant);
    write_names();
    const TraceOptions& options = log_.options();
    out_ << fmt::format(
        "\n],\"otherData\":{{\"until_s\":{},\"workers_max\":{},\"servers_max\":{},"
        "\"entries_dropped\":{}}}}}\n",
        options.until_s, options.workers_max, options.servers_max, log_.dropped());
  }

 private:
  static int process(NodeId node) { return static_cast<int>(node.role) + 1; }
  static std::uint32_t thread(const Track& track) { return track.node.rank * 64 + track.core + 1; }

  // `fields` completes the event and starts with a comma.
  void event(const char* phase, const Track& track, Nanoseconds at, const std::string& fields) {
    tracks_.insert(track);
    separate();
    out_ << fmt::format("{{\"ph\":\"{}\",\"pid\":{},\"tid\":{},\"ts\":{}{}}}", phase,
                        process(track.node), thread(track), microseconds(at), fields);
  }

  void slice(const Track& track, const char* name, Nanoseconds begin, Nanoseconds end,
             const std::string& fields = "") {
    event("X", track, begin,
          fmt::format(",\"dur\":{},\"name\":\"{}\"{}", microseconds(end - begin), name, fields));
  }

  void counter(NodeId server, const char* what, Nanoseconds at, std::int64_t value) {
    event("C", {server}, at,
          fmt::format(",\"name\":\"{} {}\",\"args\":{{\"{}\":{}}}", to_string(server), what, what,
                      value));
  }

  void write(const TraceLog::Iteration& iteration) {
    const IterationDone& done = iteration.done;
    const Track track{iteration.worker};
    const Nanoseconds end = nanoseconds(done.end);
    slice(track, "iteration", nanoseconds(done.start), end,
          fmt::format(",\"args\":{{\"iteration\":{},\"staleness\":{}}}", done.iteration.value,
                      done.staleness));
    const std::array<std::pair<const char*, Duration>, 4> parts = {
        {{"wait", done.wait}, {"pull", done.pull}, {"compute", done.compute}, {"push", done.push}}};
    Time time = done.start;
    for (const auto& [name, duration] : parts) {
      const Nanoseconds begin = std::min(nanoseconds(time), end);
      time = time + duration;
      const Nanoseconds until = std::min(nanoseconds(time), end);
      if (until > begin) slice(track, name, begin, until);
      if (std::string_view(name) == "compute") {
        computed_[{iteration.worker, done.iteration}] = {begin, until};
      }
    }
  }

  // Work of the same node that overlaps in time goes to the first core that is free.
  void write_work() {
    std::vector<WorkTrace> sorted;
    for (const WorkTrace& work : log_.work()) {
      if (work.kind != WorkKind::kGradient) sorted.push_back(work);
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const WorkTrace& a, const WorkTrace& b) {
      return std::tie(a.node, a.start, a.end) < std::tie(b.node, b.start, b.end);
    });
    std::map<NodeId, std::vector<Nanoseconds>> busy_until;
    for (const WorkTrace& work : sorted) {
      const Nanoseconds begin = nanoseconds(work.start), end = nanoseconds(work.end);
      std::vector<Nanoseconds>& cores = busy_until[work.node];
      auto core = std::find_if(cores.begin(), cores.end(),
                               [&](Nanoseconds until) { return until <= begin; });
      if (core == cores.end()) core = cores.insert(cores.end(), 0);
      *core = end;
      const Track track{work.node, static_cast<std::uint32_t>(core - cores.begin())};
      slice(track, work_name(work.kind), begin, end);
      if (work.kind == WorkKind::kApply) applications_[work.node][end] = {track, begin};
    }
  }

  void write_arrows() {
    std::uint64_t id = 0;
    for (const TraceLog::Applied& applied : log_.applied()) {
      const Nanoseconds at = nanoseconds(applied.time);
      counter(applied.server, "staleness", at, applied.gradient.staleness_clocks);
      const auto computed = computed_.find({applied.gradient.worker, applied.gradient.iteration});
      if (computed == computed_.end()) continue;
      // An arrow starts and ends within slices: just before the end of the computation, and where
      // the processor applied it or, if that took no time, at a slice made for it.
      const auto [begin, end] = computed->second;
      const std::string flow = fmt::format(",\"name\":\"push\",\"cat\":\"push\",\"id\":{}", ++id);
      event("s", {applied.gradient.worker}, std::max(begin, end - 1), flow);
      Track track{applied.server};
      Nanoseconds target = at;
      const std::map<Nanoseconds, Application>& done = applications_[applied.server];
      if (const auto work = done.find(at); work != done.end()) {
        track = work->second.track;
        target = std::max(work->second.begin, at - 1);
      } else {
        slice(track, "apply", at, at);
      }
      event("f", track, target, flow + ",\"bp\":\"e\"");
    }
  }

  // Messages sent to a server and not yet delivered.
  void write_queues() {
    std::map<NodeId, std::map<Nanoseconds, std::int64_t>> changes;
    for (const TraceLog::Message& message : log_.messages()) {
      if (message.to.role != Role::kServer) continue;
      ++changes[message.to][nanoseconds(message.sent)];
      --changes[message.to][nanoseconds(message.delivered)];
    }
    for (const auto& [server, at] : changes) {
      std::int64_t queued = 0;
      for (const auto& [time, change] : at) {
        if (change == 0) continue;
        queued += change;
        counter(server, "queue", time, queued);
      }
    }
  }

  void write(const TraceLog::Instant& instant) {
    event("i", {instant.node}, nanoseconds(instant.time),
          fmt::format(",\"s\":\"t\",\"name\":{},\"args\":{{\"detail\":{}}}",
                      quoted(instant.event.name), quoted(instant.event.detail)));
  }

  void write_names() {
    std::set<Role> roles;
    for (const Track& track : tracks_) {
      if (roles.insert(track.node.role).second) {
        metadata("process_name", track, std::string(role_name(track.node.role)) + "s");
      }
      std::string name = to_string(track.node);
      if (track.core > 0) name += fmt::format(" core {}", track.core);
      metadata("thread_name", track, name);
    }
  }

  void metadata(const char* kind, const Track& track, const std::string& name) {
    separate();
    out_ << fmt::format(
        "{{\"ph\":\"M\",\"pid\":{},\"tid\":{},\"name\":\"{}\",\"args\":{{\"name\":\"{}\"}}}}",
        process(track.node), thread(track), kind, name);
  }

  void separate() {
    if (!first_) out_ << ",\n";
    first_ = false;
  }

  struct Application {
    Track track;
    Nanoseconds begin = 0;
  };

  const TraceLog& log_;
  std::ostream& out_;
  bool first_ = true;
  std::set<Track> tracks_;
  std::map<std::pair<NodeId, Clock>, std::pair<Nanoseconds, Nanoseconds>> computed_;
  std::map<NodeId, std::map<Nanoseconds, Application>> applications_;  // by end
};

}  // namespace

void write_trace(const TraceLog& log, std::ostream& out) { TraceWriter(log, out).write(); }

Failure write_trace(const OutputDirectory& directory, const TraceLog& log) {
  return directory.write("trace.json", [&](std::ostream& out) { write_trace(log, out); });
}

}  // namespace psgrid::analysis
