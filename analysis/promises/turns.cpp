// Checks of round-robin synchronisation: who moves data, and in what order.
#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "analysis/promises/check.hpp"
#include "analysis/promises/findings.hpp"

namespace psgrid::analysis {

BrokenList check_turns(const History& history) {
  if (!history.consistency().takes_turns()) return {};
  Findings findings(Promise::kTurns);
  const std::uint32_t iterations = history.run().job.stop.iterations.value_or(0);
  std::vector<std::uint32_t> turns(history.run().cluster.workers);  // so far: one a push, or pull
  std::optional<std::uint32_t> busy;  // has the turn, and its pull has not ended
  const auto begins = [&](const TrailRecord& record, std::uint32_t turn, bool ends_with_pull) {
    const std::uint32_t rank = record.node.rank;
    if (busy && busy != rank)
      findings.add(record.at,
                   fmt::format("moves data as {} does", psgrid::to_string(worker_id(*busy))),
                   {record.node, worker_id(*busy)});
    turns[rank] = turn + 1;
    for (std::uint32_t other = 0; other < turns.size(); ++other) {
      const std::uint32_t expected = other < rank ? turn + 1 : turn;
      if (other == rank || turns[other] >= expected) continue;
      findings.add(record.at,
                   fmt::format("has turn {}, though {} has had only {}, expected {}", turn,
                               psgrid::to_string(worker_id(other)), turns[other], expected),
                   {record.node, worker_id(other)});
    }
    busy.reset();
    if (ends_with_pull) busy = rank;
  };
  for (const TrailRecord& record : history.trail().records) {
    if (const auto* push = std::get_if<PushBegun>(&record.what))
      begins(record, push->iteration.value + 1, push->iteration.value + 1 < iterations);
    else if (const auto* pull = std::get_if<PullBegun>(&record.what))
      begins(record, pull->iteration.value, true);
    else if (std::holds_alternative<PullEnded>(record.what) && busy == record.node.rank)
      busy.reset();
  }
  return std::move(findings).take();
}

}  // namespace psgrid::analysis
