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

void EmulatedProcessor::submit(NodeId node, Work work, Done done) {
  Item item{node, std::move(work), std::move(done)};
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
  const auto shared = std::make_shared<Item>(std::move(item));
  schedule_.at(end, [this, shared, start, end] { this->end(std::move(*shared), start, end); });
}

void EmulatedProcessor::end(Item item, Time start, Time end) {
  if (waiting_.empty()) {
    ++free_cores_;
  } else {
    Item next = std::move(waiting_.front());
    waiting_.pop_front();
    begin(std::move(next), end);
  }
  item.done(start, end);
}

}  // namespace psgrid::real
