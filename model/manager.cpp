#include "model/manager.hpp"

#include "model/batches.hpp"
#include "model/check.hpp"
#include "model/fingerprint.hpp"

namespace psgrid {

Manager::Manager(std::shared_ptr<const Job> job, NodeId, Context& context)
    : job_(std::move(job)), context_(context), learner_(job_->make_learner()) {}

void Manager::on_start() {
  if (const auto& limit = job_->spec.job.stop.time) time_limit_ = context_.set_timer(*limit);
}

void Manager::on_message(NodeId from, const MessagePtr& message) {
  if (finished_) {
    const bool goes_on =  // as its stop was lost
        std::holds_alternative<Join>(*message) || std::holds_alternative<Progress>(*message);
    if (goes_on) context_.send(from, make_message(Stop{}));
    return;
  }
  if (std::holds_alternative<Join>(*message)) on_join(from);
  if (const auto* progress = std::get_if<Progress>(message.get())) on_progress(from, *progress);
  if (const auto* snapshot = std::get_if<Snapshot>(message.get())) on_snapshot(*snapshot);
}

void Manager::on_timer(TimerId timer) {
  PSGRID_CHECK(time_limit_ == timer, "the time limit: a manager sets no other timer");
  if (!finished_) finish(StopReason::kTime);
}

// --- membership -------------------------------------------------------------------------------

void Manager::on_join(NodeId from) {
  const ClusterSpec& cluster = job_->spec.cluster;
  joined_.insert(from);
  if (view_)  // its welcome was lost
    context_.send(from, make_message(welcome_for(from)));
  else if (joined_.size() == cluster.servers + cluster.workers)
    install_first_view();
}

void Manager::install_first_view() {
  ViewDescription description{.epoch = {1},
                              .workers = job_->spec.cluster.workers,
                              .servers = {},
                              .partition = job_->spec.partition,
                              .tables = {}};
  for (NodeId node : joined_)
    if (node.role == Role::kServer) description.servers.push_back(node.rank);
  for (const Table& table : job_->tables) description.tables.push_back({table.keys, table.width});
  view_ = std::make_shared<const View>(std::move(description));
  clocks_.resize(view_->workers());
  context_.record(Event{"view", "epoch 1: " + std::to_string(view_->servers()) + " servers, " +
                                    std::to_string(view_->workers()) + " workers"});

  // Servers first (they come first in the set): a worker's first pull should find them ready.
  for (NodeId node : joined_) context_.send(node, make_message(welcome_for(node)));
  evaluate();
}

Welcome Manager::welcome_for(NodeId node) const {
  Welcome welcome{.view = view_};
  if (node.role == Role::kWorker && job_->train.rows > 0) {
    const DataRange range = data_range(job_->train.rows, node.rank, view_->workers());
    welcome.first_row = range.begin;
    welcome.rows = range.size();
  }
  return welcome;
}

// --- progress and the end ---------------------------------------------------------------------

void Manager::on_progress(NodeId from, const Progress& progress) {
  PSGRID_CHECK(view_ && from.role == Role::kWorker && from.rank < clocks_.size(),
               "progress of a worker of the view");
  if (progress.clock <= clocks_[from.rank]) return;
  const std::uint32_t done = progress.clock.value - clocks_[from.rank].value;
  clocks_[from.rank] = progress.clock;
  iterations_ += done;
  examples_ += std::uint64_t{done} * progress.examples;
  if (job_->spec.job.stop.iterations == progress.clock.value) ++workers_done_;

  const double mean = static_cast<double>(iterations_) / static_cast<double>(clocks_.size());
  if (mean >= next_evaluation_ || all_workers_done()) return evaluate();
}

bool Manager::all_workers_done() const { return workers_done_ == clocks_.size(); }

void Manager::finish(StopReason reason) {
  finished_ = true;
  if (time_limit_) context_.cancel_timer(*time_limit_);
  for (NodeId node : joined_) context_.send(node, make_message(Stop{}));
  context_.record(JobFinished{reason});
}

// --- evaluation -------------------------------------------------------------------------------

void Manager::evaluate() {
  const double mean = static_cast<double>(iterations_) / static_cast<double>(clocks_.size());
  if (job_->timing_only) {
    if (all_workers_done()) finish(StopReason::kIterations);
    return;
  }
  if (snapshots_missing_ > 0 || evaluating_) return;
  while (next_evaluation_ <= mean) next_evaluation_ += job_->spec.job.evaluate_every;
  evaluation_ = {.iteration = mean, .examples = examples_, .loss = 0, .metric = 0, .fingerprint = 0};
  model_.clear();
  for (const Table& table : job_->tables) model_.emplace_back(table.keys * table.width);
  snapshots_missing_ = view_->servers();
  ++snapshots_;
  for (std::uint32_t server = 0; server < view_->servers(); ++server)
    context_.send(view_->server_at(server), make_message(SnapshotRequest{snapshots_}),
                  Channel::kOutOfBand);
}

void Manager::on_snapshot(const Snapshot& snapshot) {
  if (snapshot.id != snapshots_ || snapshots_missing_ == 0) return;
  for (const Section& section : snapshot.sections) {
    const std::uint32_t width = job_->tables[section.table.value].width;
    float* to = model_[section.table.value].data();
    const float* from = section.values.data().data();
    section.keys.for_each_run([&](Key begin, std::uint64_t count) {
      std::copy_n(from, count * width, to + begin * width);
      from += count * width;
    });
  }
  if (--snapshots_missing_ > 0) return;
  evaluation_.fingerprint = fingerprint(model_);
  evaluating_ = context_.compute({.kind = WorkKind::kEvaluate,
                                  .flops = 0,
                                  .index = snapshots_,
                                  .mathematics = [this] {
                                    std::vector<Section> weights;
                                    for (const Table& table : job_->tables)
                                      weights.push_back(
                                          {table.id, KeySet::range(0, table.keys),
                                           Values(std::move(model_[table.id.value]))});
                                    const Evaluation result =
                                        learner_->evaluate(job_->test, weights);
                                    evaluation_.loss = result.loss;
                                    evaluation_.metric = result.metric;
                                  }});
}

void Manager::on_compute_done(ComputeId work) {
  PSGRID_CHECK(evaluating_ == work, "an evaluation: a manager computes nothing else");
  evaluating_.reset();
  if (!finished_) finish_evaluation();
}

void Manager::finish_evaluation() {
  context_.record(evaluation_);
  const auto& target = job_->spec.job.stop.target_loss;
  if (target && evaluation_.loss <= *target) return finish(StopReason::kTargetLoss);
  if (!all_workers_done()) return;
  // The last workers may have finished while an earlier model was evaluated.
  evaluation_.examples == examples_ ? finish(StopReason::kIterations) : evaluate();
}

}  // namespace psgrid
