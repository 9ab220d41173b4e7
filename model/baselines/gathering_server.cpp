#include "model/baselines/gathering_server.hpp"

#include <algorithm>
#include <utility>

namespace psgrid {

GatheringServer::GatheringServer(std::shared_ptr<const Job> job, NodeId self, Context& context)
    : job_(std::move(job)),
      self_(self),
      context_(context),
      member_(job_, context),
      work_(context),
      heard_(job_->spec.cluster.workers),
      added_(job_->spec.cluster.workers),
      held_(job_->spec.cluster.workers) {}

void GatheringServer::on_message(NodeId from, const MessagePtr& message) {
  if (const auto* welcome = std::get_if<Welcome>(message.get())) return on_welcome(from, *welcome);
  if (std::holds_alternative<Stop>(*message)) return member_.stop();
  if (!model_) return early_.emplace_back(from, message), void();
  if (const auto* request = std::get_if<SnapshotRequest>(message.get()))
    return context_.send(from, make_message(Snapshot{request->id, request->shard, model_->read()}),
                         Channel::kOutOfBand);
  if (std::holds_alternative<Gradients>(*message)) on_gradients(from, message);
}

void GatheringServer::on_welcome(NodeId from, const Welcome& welcome) {
  if (!member_.install(welcome.view, from) || model_) return;
  model_.emplace(*job_, keys_here(*welcome.view));
  sum_.emplace(*job_, *model_);
  work_.then(WorkKind::kStore, storing_flops(), round_, [this] { publish(); });
  for (const auto& [sender, message] : std::exchange(early_, {})) on_message(sender, message);
}

std::vector<KeySet> GatheringServer::keys_here(const View& view) const {
  std::vector<KeySet> keys;
  for (const Table& table : job_->tables) {
    if (job_->spec.architecture.type == Architecture::kCoordinator) {
      keys.push_back(KeySet::range(0, table.keys));
      continue;
    }
    std::vector<KeyRange> ranges;
    for (std::uint32_t shard : view.shards_of(self_.rank))
      for (const KeyRange& range : view.ring(table.id).owned(shard).as_ranges())
        ranges.push_back(range);
    std::sort(ranges.begin(), ranges.end());
    keys.push_back(KeySet::ranges(std::move(ranges)));
  }
  return keys;
}

// --- a round ------------------------------------------------------------------------------------

void GatheringServer::on_gradients(NodeId from, const MessagePtr& message) {
  const auto& gradients = std::get<Gradients>(*message);
  if (gradients.iteration != round_ || heard_[from.rank]) return;  // repeated by the network
  heard_[from.rank] = true;
  const Sections& sections = gradients.sections;
  const CostSpec& costs = job_->spec.costs;
  const auto values = static_cast<double>(values_in(sections));
  work_.then(WorkKind::kApply, costs.message_flops + costs.apply_flops_per_value * values, round_,
             [this, from, message] { add(from.rank, std::get<Gradients>(*message)); });
}

void GatheringServer::add(std::uint32_t worker, const Gradients& gradients) {
  sum_->add(worker, gradients.sections);
  added_[worker] = context_.now();
  if (sum_->is_complete()) end_round();
}

void GatheringServer::end_round() {
  model_->step(round_, sum_->take());
  for (std::uint32_t worker = 0; worker < added_.size(); ++worker) {
    context_.record(GradientApplied{.worker = worker_id(worker), .iteration = round_});
    held_[worker] = context_.now() - added_[worker];
  }
  heard_.assign(heard_.size(), false);
  round_ = round_.next();
  // Written, and read again by the next round.
  work_.then(WorkKind::kStore, 2 * storing_flops(), round_, [this] { publish(); });
}

void GatheringServer::publish() {
  published_ = model_->read();
  const CostSpec& costs = job_->spec.costs;
  const double flops =
      costs.message_flops + costs.serve_flops_per_value * static_cast<double>(model_->values());
  for (std::uint32_t worker = 0; worker < added_.size(); ++worker)
    work_.then(WorkKind::kServe, flops, round_, [this, worker] { send_to(worker); });
}

void GatheringServer::send_to(std::uint32_t worker) {
  context_.send(worker_id(worker), make_message(PullReply{.shard = self_.rank,
                                                          .request = {round_.value},
                                                          .version = round_.value,
                                                          .slowest = round_,
                                                          .held = held_[worker],
                                                          .sections = published_}));
}

// What a processor does in the time that it takes to write or read this part once.
double GatheringServer::storing_flops() const {
  const ArchitectureSpec& architecture = job_->spec.architecture;
  if (architecture.type != Architecture::kMapReduce) return 0;
  return static_cast<double>(model_->values() * sizeof(float)) / architecture.storage_bandwidth *
         hardware_of(job_->spec.cluster, self_).flops;
}

}  // namespace psgrid
