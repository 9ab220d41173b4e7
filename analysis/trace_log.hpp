// The raw material of trace.json: what happened on some nodes in the first seconds of a run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/run_observer.hpp"

namespace psgrid::analysis {

// What of a run is traced; everything else is left out, never cut short in the middle.
struct TraceOptions {
  bool enabled = false;
  double until_s = 2;             // only what began before this time
  std::uint32_t workers_max = 64;  // only the workers of the lowest ranks
  std::uint32_t servers_max = 64;
  std::uint64_t entries_max = 400'000;
};

class TraceLog {
 public:
  struct Iteration {
    NodeId worker;
    IterationDone done;
  };
  struct Message {
    NodeId from, to;
    Time sent, delivered;
  };
  struct Applied {
    Time time;
    NodeId server;
    GradientApplied gradient;
  };
  struct Instant {
    Time time;
    NodeId node;
    Event event;
  };

  explicit TraceLog(TraceOptions options) : options_(options) {}

  void add(NodeId worker, const IterationDone& done);
  void add(Time time, NodeId server, const GradientApplied& gradient);
  void add(Time time, NodeId node, const Event& event);
  void add(const MessageTrace& message);
  void add(const WorkTrace& work);

  const TraceOptions& options() const { return options_; }
  const std::vector<Iteration>& iterations() const { return iterations_; }
  const std::vector<Message>& messages() const { return messages_; }
  const std::vector<Applied>& applied() const { return applied_; }
  const std::vector<Instant>& instants() const { return instants_; }
  const std::vector<WorkTrace>& work() const { return work_; }
  std::uint64_t dropped() const { return dropped_; }

 private:
  bool admits(NodeId node) const;
  bool admits(Time begin, NodeId node);

  TraceOptions options_;
  std::vector<Iteration> iterations_;
  std::vector<Message> messages_;
  std::vector<Applied> applied_;
  std::vector<Instant> instants_;
  std::vector<WorkTrace> work_;
  std::uint64_t entries_ = 0;
  std::uint64_t dropped_ = 0;  // entries beyond entries_max
};

}  // namespace psgrid::analysis
