#include "analysis/trace_log.hpp"

namespace psgrid::analysis {

bool TraceLog::admits(NodeId node) const {
  switch (node.role) {
    case Role::kManager:
      return true;
    case Role::kServer:
      return node.rank < options_.servers_max;
    case Role::kWorker:
      return node.rank < options_.workers_max;
  }
  return false;
}

bool TraceLog::admits(Time begin, NodeId node) {
  if (!options_.enabled || begin.seconds >= options_.until_s || !admits(node)) return false;
  if (entries_ == options_.entries_max) {
    ++dropped_;
    return false;
  }
  ++entries_;
  return true;
}

void TraceLog::add(NodeId worker, const IterationDone& done) {
  if (admits(done.start, worker)) iterations_.push_back({worker, done});
}

void TraceLog::add(Time time, NodeId server, const GradientApplied& gradient) {
  if (admits(gradient.worker) && admits(time, server)) applied_.push_back({time, server, gradient});
}

void TraceLog::add(Time time, NodeId node, const Event& event) {
  if (admits(time, node)) instants_.push_back({time, node, event});
}

void TraceLog::add(const MessageTrace& message) {
  if (!admits(message.to) || !admits(message.sent, message.from)) return;
  messages_.push_back({message.from, message.to, message.sent, message.delivered});
}

void TraceLog::add(const WorkTrace& work) {
  if (admits(work.start, work.node)) work_.push_back(work);
}

}  // namespace psgrid::analysis
