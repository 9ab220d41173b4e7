#include "model/task_graph.hpp"

#include <algorithm>

#include "model/consistency/models.hpp"
#include "model/range_vector_clock.hpp"

namespace psgrid {

namespace {

// Bounds the delay of tasks by what is needed: one more whenever it holds the fastest worker up,
// one less when for some iterations no worker has come near it.
class DelayAsNeeded final : public Pace {
 public:
  DelayAsNeeded(const TaskGraph& graph, std::uint32_t workers) : graph_(graph), clocks_(workers) {}

  void on_clock(std::uint32_t worker, Clock clock, Time) override {
    clocks_.advance(worker, clock);
    fastest_ = std::max(fastest_, clock);
    const DelayRule& rule = graph_.task_of(fastest_).task.delay;
    if (rule.kind != DelayRule::Kind::kAsNeeded) return;
    delay_ = std::clamp(delay_, rule.from, rule.to);
    const std::uint32_t lead = fastest_.value - clocks_.slowest().value;
    lead_max_ = std::max(lead_max_, lead);
    if (lead > delay_ && delay_ < rule.to) {
      ++delay_;
      look_again();
    } else if (clocks_.slowest().value >= since_.value + kIterations) {
      if (lead_max_ < delay_ && delay_ > rule.from) --delay_;
      look_again();
    }
  }

  Clock required(std::uint32_t, Clock iteration) override {
    const bool as_needed = graph_.task_of(iteration).task.delay.kind == DelayRule::Kind::kAsNeeded;
    return as_needed ? graph_.required(iteration, delay_) : graph_.required(iteration);
  }

 private:
  static constexpr std::uint32_t kIterations = 8;  // that the delay may be too great

  void look_again() {
    since_ = clocks_.slowest();
    lead_max_ = 0;
  }

  const TaskGraph& graph_;
  VectorClock clocks_;
  Clock fastest_;
  std::uint32_t delay_ = 0;
  std::uint32_t lead_max_ = 0;  // of the fastest worker over the slowest
  Clock since_;                 // the slowest worker had this clock
};

class Tasks final : public Consistency {
 public:
  explicit Tasks(const std::vector<TaskSpec>& tasks) : graph_(tasks) {}

  // Of a delay that is as great as needed: with the least.
  Clock required(Clock iteration) const override {
    const DelayRule& rule = graph_.task_of(iteration).task.delay;
    return rule.kind == DelayRule::Kind::kAsNeeded ? graph_.required(iteration, rule.from)
                                                   : graph_.required(iteration);
  }

  Clock least_required(Clock iteration) const override { return graph_.required(iteration); }

  bool sums_iterations() const override { return std::ranges::all_of(graph_.tasks(), is_bounded); }
  bool sums(Clock iteration) const override { return is_bounded(graph_.task_of(iteration)); }

  std::unique_ptr<Pace> make_pace(std::uint32_t workers) const override {
    const bool measures = std::ranges::any_of(graph_.tasks(), [](const PlacedTask& placed) {
      return placed.task.delay.kind == DelayRule::Kind::kAsNeeded;
    });
    return measures ? std::make_unique<DelayAsNeeded>(graph_, workers) : nullptr;
  }

  std::uint32_t lookahead(Clock iteration) const override {
    return delay_of(graph_.task_of(iteration), iteration).value_or(0);
  }

 private:
  static bool is_bounded(const PlacedTask& placed) {
    return placed.task.delay.kind != DelayRule::Kind::kAny;
  }

  TaskGraph graph_;
};

}  // namespace

std::unique_ptr<Consistency> make_task_graph(const std::vector<TaskSpec>& tasks) {
  return std::make_unique<Tasks>(tasks);
}

}  // namespace psgrid
