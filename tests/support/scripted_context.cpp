#include "tests/support/scripted_context.hpp"

#include <algorithm>
#include <sstream>

#include "model/check.hpp"
#include "tests/support/describe.hpp"

namespace psgrid::testing {

namespace {

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

const char* name_of(WorkKind kind) {
  switch (kind) {
    case WorkKind::kGradient:
      return "gradient";
    case WorkKind::kApply:
      return "apply";
    case WorkKind::kServe:
      return "serve";
    case WorkKind::kEvaluate:
      return "evaluate";
    case WorkKind::kStore:
      return "store";
  }
  return "unknown";
}

struct RecordText {
  std::string operator()(const IterationDone& done) const {
    return text("iteration ", done.iteration.value, " compute ", done.compute.seconds, " wait ",
                done.wait.seconds, " pull ", done.pull.seconds, " push ", done.push.seconds,
                " staleness ", done.staleness);
  }
  std::string operator()(const GradientDropped& dropped) const {
    return text("dropped ", to_string(dropped.worker), " iteration ", dropped.iteration.value);
  }
  std::string operator()(const GradientApplied& applied) const {
    return text("applied ", to_string(applied.worker), " iteration ", applied.iteration.value,
                " staleness ", applied.staleness_updates, " in ", applied.staleness_clocks,
                " clocks");
  }
  std::string operator()(const Evaluated& evaluated) const {
    return text("evaluated ", evaluated.iteration, " loss ", evaluated.loss);
  }
  std::string operator()(const Event& event) const {
    return text("event ", event.name, ": ", event.detail);
  }
  std::string operator()(const JobFinished&) const { return "finished"; }
  template <class Audit>
  std::string operator()(const Audit&) const {
    return "audit";
  }
};

}  // namespace

void ScriptedContext::send(NodeId to, MessagePtr message, Channel channel) {
  effects_.push_back(text("to ", to_string(to),
                          channel == Channel::kOutOfBand ? " out of band: " : ": ",
                          describe(*message)));
}

TimerId ScriptedContext::set_timer(Duration after) {
  const TimerId timer{++timers_set_};
  timers_.emplace(timer, now_ + after);
  effects_.push_back(text("timer ", timer.value, " in ", after.seconds));
  return timer;
}

void ScriptedContext::cancel_timer(TimerId timer) {
  if (timers_.erase(timer) > 0) effects_.push_back(text("no timer ", timer.value));
}

std::optional<std::pair<Time, TimerId>> ScriptedContext::take_timer(Time until) {
  const auto first = std::min_element(timers_.begin(), timers_.end(),
                                      [](auto& a, auto& b) { return a.second < b.second; });
  if (first == timers_.end() || first->second > until) return std::nullopt;
  const std::pair taken(first->second, first->first);
  timers_.erase(first);
  return taken;
}

ComputeId ScriptedContext::compute(Work work) {
  const ComputeId id{++works_};
  effects_.push_back(text("compute ", id.value, ": ", name_of(work.kind), " ", work.flops));
  work_.emplace(id, std::move(work));
  return id;
}

void ScriptedContext::cancel_compute(ComputeId work) {
  effects_.push_back(text("no compute ", work.value));
  work_.erase(work);
}

void ScriptedContext::work(ComputeId id) {
  const auto work = work_.extract(id);
  PSGRID_CHECK(!work.empty(), "work that the node has begun");
  if (work.mapped().mathematics) work.mapped().mathematics();
}

void ScriptedContext::record(const Record& record) {
  effects_.push_back(std::visit(RecordText{}, record));
}

Effects ScriptedNode::start() {
  node_->on_start();
  return context_.take_effects();
}

Effects ScriptedNode::receive(NodeId from, const MessagePtr& message) {
  node_->on_message(from, message);
  return context_.take_effects();
}

Effects ScriptedNode::receive(NodeId from, const Message& message) {
  return receive(from, std::make_shared<const Message>(message));
}

Effects ScriptedNode::advance_to(double seconds) {
  while (const auto timer = context_.take_timer({seconds})) {
    context_.set_time(timer->first);
    node_->on_timer(timer->second);
  }
  context_.set_time({seconds});
  return context_.take_effects();
}

Effects ScriptedNode::finish(std::uint64_t compute) {
  context_.work({compute});
  node_->on_compute_done({compute});
  return context_.take_effects();
}

ViewPtr view_of(const Job& job) {
  ViewDescription view{
      .epoch = {1}, .workers = job.spec.cluster.workers, .partition = job.spec.partition};
  for (std::uint32_t rank = 0; rank < job.spec.cluster.servers; ++rank) view.homes.push_back(rank);
  view.chains = first_chains(view.homes, view.homes, job.spec.replication.factor);
  for (const Table& table : job.tables) view.tables.push_back({table.keys, table.width});
  return std::make_shared<const View>(std::move(view));
}

}  // namespace psgrid::testing
