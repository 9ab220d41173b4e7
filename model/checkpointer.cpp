#include "model/checkpointer.hpp"

#include <algorithm>

namespace psgrid {

Checkpointer::Checkpointer(std::shared_ptr<const Job> job, NodeId self, Context& context,
                           const std::vector<Clock>& clocks)
    : job_(std::move(job)), self_(self), context_(context), clocks_(clocks) {}

void Checkpointer::on_view(const ViewPtr& view) {
  if (!job_->spec.checkpoint) return;
  const bool is_first = !view_;
  view_ = view;
  if (is_first) return wait_for_next();
  if (is_under_way()) begin();
}

void Checkpointer::stop() {
  for (std::optional<TimerId>* timer : {&due_, &repeat_}) {
    if (*timer) context_.cancel_timer(**timer);
    timer->reset();
  }
  missing_.clear();
  next_ = {};
  view_.reset();
}

// Whether all shards have the same iterations in them at some moment.
bool Checkpointer::is_summed(Clock cut) const {
  return cut > Clock{} && (job_->code || job_->consistency->sums({cut.value - 1}));
}

Clock Checkpointer::furthest() const { return *std::max_element(clocks_.begin(), clocks_.end()); }

Clock Checkpointer::slowest() const {
  Clock slowest{~0u};
  const auto& gone = view_->description().expelled;
  for (std::uint32_t worker = 0; worker < clocks_.size(); ++worker)
    if (!std::binary_search(gone.begin(), gone.end(), worker))
      slowest = std::min(slowest, clocks_[worker]);
  return slowest;
}

void Checkpointer::wait_for_next() {
  if (spec().iterations == 0) {
    due_ = context_.set_timer(spec().every);
    return;
  }
  // What the manager knows of the workers may lag behind the last one made.
  const std::uint32_t step = spec().iterations;
  next_ = {std::max(next_.value + step, (slowest().value / step + 1) * step)};
  if (is_summed(next_)) begin();  // shards know themselves when it is time
}

void Checkpointer::on_progress(std::uint64_t iterations, std::uint64_t examples) {
  iterations_ = iterations;
  examples_ = examples;
  if (!view_ || spec().iterations == 0 || is_under_way()) return;
  if (slowest() >= next_) begin();
}

void Checkpointer::begin() {
  cut_ = {furthest().value + margin_};
  if (spec().iterations > 0 && is_summed(next_)) {
    while (next_ < cut_) next_.value += spec().iterations;
    cut_ = next_;
  }
  at_cut_ = is_summed(cut_);
  ask();
}

void Checkpointer::ask() {
  missing_.clear();
  const auto& limit = job_->spec.job.stop.iterations;
  if (at_cut_ && limit && cut_.value > *limit) return;  // the job is over by then
  // No other manager, and no other incarnation of this one, calls one of its own so.
  id_ = std::uint64_t{self_.rank} << 56 | std::uint64_t{context_.incarnation().value} << 32 |
        ++begun_;
  longest_ = {};
  for (std::uint32_t shard = 0; shard < view_->shards(); ++shard) missing_.insert(shard);
  if (repeat_) context_.cancel_timer(*repeat_);
  repeat_.reset();
  send_requests();
}

void Checkpointer::send_requests() {
  for (std::uint32_t shard : missing_)
    context_.send(
        view_->tail_of(shard),
        make_message(CheckpointRequest{view_->chain(shard).since, shard, id_, at_cut_, cut_}));
  const Duration timeout = job_->spec.client.retry.timeout;
  if (timeout.seconds > 0) repeat_ = context_.set_timer(timeout);
}

void Checkpointer::on_written(NodeId, const CheckpointWritten& written) {
  if (!view_ || written.checkpoint != id_ || !missing_.contains(written.shard)) return;
  if (written.missed) {
    margin_ *= 2;
    return begin();
  }
  missing_.erase(written.shard);
  longest_ = std::max(longest_, written.took);
  if (!is_under_way()) finish();
}

void Checkpointer::finish() {
  if (repeat_) context_.cancel_timer(*repeat_);
  repeat_.reset();
  context_.record(CheckpointDone{.checkpoint = id_,
                                 .shards = view_->shards(),
                                 .expelled = view_->description().expelled,
                                 .iterations = iterations_,
                                 .examples = examples_,
                                 .writing = longest_});
  const Clock iteration = at_cut_ ? cut_ : slowest();
  context_.record(Event{"checkpoint", "iteration " + std::to_string(iteration.value)});
  wait_for_next();
}

bool Checkpointer::on_timer(TimerId timer) {
  if (timer == due_) {
    due_.reset();
    begin();
    return true;
  }
  if (timer != repeat_) return false;
  repeat_.reset();
  if (is_under_way()) send_requests();
  return true;
}

}  // namespace psgrid
