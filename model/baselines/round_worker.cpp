#include "model/baselines/round_worker.hpp"

#include <algorithm>

namespace psgrid {

RoundWorker::RoundWorker(std::shared_ptr<const Job> job, NodeId self, Context& context)
    : job_(std::move(job)),
      self_(self),
      context_(context),
      member_(job_, context),
      learner_(job_->make_learner()),
      model_(*job_),
      work_(context) {}

void RoundWorker::on_message(NodeId from, const MessagePtr& message) {
  if (stopped_) return;
  if (std::holds_alternative<Stop>(*message)) {
    stopped_ = true;
    return member_.stop();
  }
  if (const auto* welcome = std::get_if<Welcome>(message.get())) return on_welcome(from, *welcome);
  if (const auto* request = std::get_if<SnapshotRequest>(message.get()))
    return context_.send(from, make_message(Snapshot{request->id, request->shard, model_.read()}),
                         Channel::kOutOfBand);
  offer(from, message);
}

void RoundWorker::offer(NodeId from, const MessagePtr& message) {
  if (!begun_ || !take(from, message)) early_.emplace_back(from, message);
}

void RoundWorker::take_up_early() {
  for (const auto& [from, message] : std::exchange(early_, {})) offer(from, message);
}

void RoundWorker::on_welcome(NodeId from, const Welcome& welcome) {
  if (!member_.install(welcome.view, from) || begun_) return;
  begun_ = true;
  if (job_->train.rows > 0) {
    share_ = {welcome.first_row, welcome.first_row + welcome.rows};
    batches_.emplace(share_, job_->spec.job.batch, context_.random(Purpose::kBatches));
  }
  iteration_.start = context_.now();
  begin(welcome.view);
  take_up_early();
}

// --- a round ------------------------------------------------------------------------------------

void RoundWorker::next_batch() {
  if (round_ == Clock{})
    learner_->take_share(job_->train, {self_, round_, share_.begin, share_.size()});
  iteration_.examples = job_->spec.job.batch;
  if (batches_) {
    const std::span<const std::uint32_t> rows = batches_->next();
    rows_.assign(rows.begin(), rows.end());
    iteration_.examples = static_cast<std::uint32_t>(rows_.size());
  } else {
    rows_ = learner_->made_up_rows(self_.rank, round_);
  }
  if (!rows_.empty()) {
    keys_ = learner_->keys(job_->train, rows_);
  } else if (keys_.empty()) {
    for (const Shard& table : model_.tables()) keys_.push_back(table.layout().owned());
  }
}

void RoundWorker::compute() {
  const auto& limit = job_->spec.job.stop.iterations;
  if (stopped_ || (limit && round_.value >= *limit)) return;
  next_batch();
  weights_ = model_.read(keys_);
  computed_ = context_.now();
  computing_ = context_.compute(
      {.kind = WorkKind::kGradient,
       .flops = job_->gradient_flops(iteration_.examples),
       .index = round_.value,
       .mathematics = [this] { gradient_ = learner_->gradient(job_->train, rows_, weights_); }});
}

void RoundWorker::on_compute_done(ComputeId work) {
  if (stopped_ || work_.on_compute_done(work) || work != computing_) return;
  computing_.reset();
  iteration_.compute = context_.now() - computed_;
  computed_ = context_.now();
  exchange(std::move(gradient_.sections));
}

void RoundWorker::end_round(Duration wait, bool was_pull) {
  iteration_.iteration = round_;
  iteration_.end = context_.now();
  const Duration blocked{
      std::max(0.0, (iteration_.end - iteration_.start).seconds - iteration_.compute.seconds)};
  iteration_.wait = {std::clamp(wait.seconds, 0.0, blocked.seconds)};
  (was_pull ? iteration_.pull : iteration_.push) = {blocked.seconds - iteration_.wait.seconds};
  context_.record(iteration_);
  const std::uint32_t examples = iteration_.examples;
  iteration_ = {};
  iteration_.start = context_.now();
  iteration_.examples = examples;
  round_ = round_.next();
}

void RoundWorker::report() {
  context_.send(member_.manager(), make_message(Progress{round_, iteration_.examples}));
}

double RoundWorker::receiving_flops(std::uint64_t values) const {
  return job_->spec.costs.message_flops + applying_flops(values);
}

double RoundWorker::applying_flops(std::uint64_t values) const {
  return job_->spec.costs.apply_flops_per_value * static_cast<double>(values);
}

}  // namespace psgrid
