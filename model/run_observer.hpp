// Who watches a run: a runtime tells it everything that tables, traces and checkers are made of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/checkpoint.hpp"
#include "model/ids.hpp"
#include "model/node.hpp"
#include "model/records.hpp"

namespace psgrid {

// One delivered message.
struct MessageTrace {
  NodeId from, to;
  Time sent, delivered;
  Bytes size;
  std::string_view type;      // "push", "pull_reply", ...
  std::uint64_t request = 0;  // of pushes and pulls and their answers; else 0
};

// One piece of work done by a processor.
struct WorkTrace {
  NodeId node;
  Time start, end;
  WorkKind kind = WorkKind::kGradient;
};

// A node's totals over the whole run.
struct NodeTotals {
  NodeId node;
  std::string host;
  Duration busy;  // processor time of its own work
  Bytes sent, received;
  std::uint64_t messages_sent = 0, messages_received = 0;
  std::uint32_t incarnations = 1;
};

// All nodes' messages of one type over the whole run.
struct TypeTotals {
  std::string_view type;
  std::uint64_t messages = 0;
  Bytes sent;
};

// What became of all messages between nodes, each counted where it happened.
struct MessageFates {
  std::uint64_t sent = 0, duplicated = 0;  // duplicated: copies besides the first
  std::uint64_t delivered = 0, dropped = 0, in_flight = 0;
};

class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void on_record(Time now, NodeId node, const Record& record) = 0;

  // One is complete; at any moment after that.
  virtual void on_checkpoint(const CheckpointPtr&) {}

  // Called only if wants_traces(): they cost time in large runs.
  virtual bool wants_traces() const { return false; }
  virtual void on_message(const MessageTrace&) {}
  virtual void on_work(const WorkTrace&) {}

  // Once, at the end.
  virtual void on_message_totals(const std::vector<TypeTotals>&) {}
  virtual void on_message_fates(const MessageFates&) {}
  virtual void on_totals(Time, const std::vector<NodeTotals>&) {}
};

}  // namespace psgrid
