#include "real/emulated_processor.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace psgrid::real {

void Overruns::add(const Overruns& other) {
  works += other.works;
  of_works += other.of_works;
  longest = std::max(longest, other.longest);
}

EmulatedProcessor::EmulatedProcessor(double flops, std::uint32_t cores, bool emulated,
                                     const StragglerSet& stragglers, const RunClock& clock,
                                     Schedule& schedule)
    : flops_(flops),
      emulated_(emulated),
      stragglers_(stragglers),
      clock_(clock),
      schedule_(schedule),
      free_cores_(cores) {}

void EmulatedProcessor::submit(NodeId node, ComputeId id, Work work, Done done) {
  Item item{node, id, std::move(work), std::move(done)};
  if (free_cores_ == 0) return waiting_.push_back(std::move(item));
  --free_cores_;
  begin(std::move(item), clock_.now());
}

void EmulatedProcessor::begin(Item item, Time start) {
  const Time real_start = clock_.now();
  if (item.work.mathematics) item.work.mathematics();
  Duration nominal{item.work.flops / flops_};
  if (!emulated_) nominal = item.work.mathematics ? clock_.now() - real_start : Duration{0};
  const Time end = start + stragglers_.stretched(item.node, item.work.index, start, nominal);
  if (emulated_ && item.work.mathematics) {
    ++overruns_.of_works;
    const Duration late = clock_.now() - end;
    if (late.seconds > 0) {
      ++overruns_.works;
      overruns_.longest = std::max(overruns_.longest, late);
    }
  }
  item.work.mathematics = nullptr;
  const ComputeId id = item.id;
  const auto at_end = schedule_.at(end, [this, id] { this->end(id); });
  running_.emplace(id, Running{std::move(item), start, end, at_end});
}

void EmulatedProcessor::free_core(Time at) {
  if (waiting_.empty()) {
    ++free_cores_;
    return;
  }
  Item next = std::move(waiting_.front());
  waiting_.pop_front();
  begin(std::move(next), at);
}

void EmulatedProcessor::end(ComputeId id) {
  const Running ended = std::move(running_.extract(id).mapped());
  free_core(ended.end);
  ended.item.done(ended.start, ended.end);
}

std::optional<Duration> EmulatedProcessor::cancel(ComputeId id) {
  const auto waiting = std::find_if(waiting_.begin(), waiting_.end(),
                                    [id](const Item& item) { return item.id == id; });
  if (waiting != waiting_.end()) {
    waiting_.erase(waiting);
    return Duration{0};
  }
  const auto running = running_.extract(id);
  if (running.empty()) return {};
  schedule_.cancel(running.mapped().at_end);
  const Time now = clock_.now();
  free_core(now);
  return now - running.mapped().start;
}

}  // namespace psgrid::real
