#include "tests/support/recorded.hpp"

namespace psgrid::testing {

void Collector::on_record(Time now, NodeId node, const Record& record) {
  if (const auto* done = std::get_if<IterationDone>(&record))
    recorded.iterations.push_back({now, node, *done});
  if (const auto* applied = std::get_if<GradientApplied>(&record))
    recorded.applied.push_back({now, node, *applied});
  if (const auto* dropped = std::get_if<GradientDropped>(&record))
    recorded.dropped.push_back({now, node, *dropped});
  if (const auto* evaluated = std::get_if<Evaluated>(&record))
    recorded.evaluations.push_back({now, node, *evaluated});
  if (const auto* event = std::get_if<Event>(&record))
    recorded.events.push_back({now, node, *event});
  if (const auto* high = std::get_if<HighWater>(&record))
    recorded.high_waters.push_back({now, node, *high});
  if (const auto* view = std::get_if<ViewInstalled>(&record))
    recorded.views.push_back({now, node, *view});
  if (const auto* corrupted = std::get_if<MessageCorrupted>(&record))
    recorded.corrupted.push_back({now, node, *corrupted});
  if (const auto* finished = std::get_if<JobFinished>(&record)) {
    recorded.job_finished = true;
    recorded.reason = finished->reason;
    recorded.finished = now;
  }
}

}  // namespace psgrid::testing
