#include "model/helper.hpp"

#include <utility>

namespace psgrid {

Helper::Helper(std::shared_ptr<const Job> job, Context& context, Client& client)
    : job_(std::move(job)), context_(context), client_(client), learner_(job_->make_learner()) {}

void Helper::help(NodeId whom, const Assist& with, std::vector<KeySet> keys) {
  tasks_.push_back({.whose = whom,
                    .piece = with,
                    .rows = {with.rows.begin(), with.rows.end()},
                    .keys = std::move(keys),
                    .pull = {},
                    .weights = {},
                    .work = {},
                    .gradient = {}});
  if (tasks_.size() == 1) begin();
}

void Helper::begin() {
  Task& task = tasks_.front();
  if (!task.rows.empty()) task.keys = learner_->keys(job_->train, task.rows);
  task.pull = client_.pull(task.piece.iteration, task.keys, task.whose.rank);
  if (client_.is_complete(task.pull)) compute();
}

void Helper::on_pull_reply() {
  if (!tasks_.empty() && !tasks_.front().weights && client_.is_complete(tasks_.front().pull))
    compute();
}

void Helper::compute() {
  Task& task = tasks_.front();
  task.weights = client_.take(task.pull);
  task.work = context_.compute({.kind = WorkKind::kGradient,
                                .flops = job_->piece_flops(task.piece.examples, task.piece.of),
                                .index = task.piece.iteration.value,
                                .mathematics = [this, &task] {
                                  task.gradient = learner_->gradient(job_->train, task.rows,
                                                                     task.weights->sections);
                                }});
}

bool Helper::on_compute_done(ComputeId work) {
  if (tasks_.empty() || tasks_.front().work != work) return false;
  const Task task = std::move(tasks_.front());
  tasks_.pop_front();
  context_.send(task.whose, make_message(Assisted{task.piece.iteration, task.piece.piece,
                                                  Sections(task.gradient.sections)}));
  if (!tasks_.empty()) begin();
  return true;
}

void Helper::stop() {
  if (tasks_.empty()) return;
  if (tasks_.front().work)
    context_.cancel_compute(*tasks_.front().work);
  else
    client_.forget(tasks_.front().pull);
  tasks_.clear();
}

}  // namespace psgrid
