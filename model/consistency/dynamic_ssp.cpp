#include <algorithm>
#include <cmath>
#include <vector>

#include "model/consistency/models.hpp"
#include "model/planted.hpp"

namespace psgrid {

namespace {

Clock less(Clock clock, std::uint32_t by) { return {clock.value > by ? clock.value - by : 0}; }

// Lets the fastest worker run ahead to where it will wait least for the slowest, if both go on as
// in their last iterations (Zhao et al., ICDCS 2019, algorithms 1 and 2).
class SpeedOfWorkers final : public Pace {
 public:
  SpeedOfWorkers(std::uint32_t workers, std::uint32_t least, std::uint32_t greatest)
      : least_(least), spare_(greatest - least), workers_(workers) {}

  void on_clock(std::uint32_t worker, Clock clock, Time now) override {
    Seen& seen = workers_[worker];
    seen = {.clock = clock,
            .last = now,
            .interval = now - seen.last,
            .granted = seen.granted > 0 ? seen.granted - 1 : 0,
            .asked = seen.asked};
  }

  Clock required(std::uint32_t worker, Clock iteration) override {
    Seen& seen = workers_[worker];
    const Clock strict = less(iteration, least_);
    if (slowest().clock >= strict) return strict;
    if (seen.granted == 0 && seen.asked < iteration) {
      seen.asked = iteration;  // once an iteration
      seen.granted = more_iterations(worker);
    }
    const std::uint32_t most = least_ + spare_ + planted(Mistake::kDynamicBoundOvershot);
    return seen.granted > 0 ? less(iteration, most) : strict;
  }

 private:
  struct Seen {
    Clock clock;
    Time last;                  // when it reached its clock
    Duration interval;          // its last iteration
    std::uint32_t granted = 0;  // iterations that it may still begin beyond the least bound
    Clock asked;
  };

  static bool by_clock(const Seen& a, const Seen& b) { return a.clock < b.clock; }

  const Seen& slowest() const {
    return *std::min_element(workers_.begin(), workers_.end(), by_clock);
  }

  // None for a worker that is not the fastest. Compares when it would end each of its next
  // iterations with when the slowest would end each of its own.
  std::uint32_t more_iterations(std::uint32_t worker) const {
    const Seen& self = workers_[worker];
    const Seen& last = slowest();
    const Seen& first = *std::max_element(workers_.begin(), workers_.end(), by_clock);
    if (self.clock < first.clock || last.clock == Clock{}) return 0;
    std::uint32_t best = 0;
    double least_wait = INFINITY;
    for (std::uint32_t own = 0; own <= spare_; ++own)
      for (std::uint32_t other = 1; other <= spare_ + 1; ++other) {
        const Time end = self.last + self.interval * own;
        const Time end_of_slowest = last.last + last.interval * other;
        const double wait = std::abs((end_of_slowest - end).seconds);
        if (wait < least_wait) {
          least_wait = wait;
          best = own;
        }
      }
    return best;
  }

  const std::uint32_t least_, spare_;
  std::vector<Seen> workers_;
};

class DynamicSsp final : public Consistency {
 public:
  DynamicSsp(std::uint32_t least, std::uint32_t greatest) : least_(least), greatest_(greatest) {}

  Clock required(Clock iteration) const override { return less(iteration, least_); }
  Clock least_required(Clock iteration) const override { return less(iteration, greatest_); }
  bool sums_iterations() const override { return false; }
  std::unique_ptr<Pace> make_pace(std::uint32_t workers) const override {
    return std::make_unique<SpeedOfWorkers>(workers, least_, greatest_);
  }

 private:
  std::uint32_t least_, greatest_;
};

}  // namespace

std::unique_ptr<Consistency> make_dynamic_ssp(std::uint32_t least, std::uint32_t greatest) {
  return std::make_unique<DynamicSsp>(least, greatest);
}

}  // namespace psgrid
