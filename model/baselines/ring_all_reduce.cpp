#include "model/baselines/ring_all_reduce.hpp"

#include <algorithm>
#include <numeric>

#include "model/baselines/add_rows.hpp"
#include "model/section_rows.hpp"
#include "model/slice_rows.hpp"

namespace psgrid {

namespace {

constexpr std::size_t kUnderWayMost = 2;

}  // namespace

RingWorker::RingWorker(std::shared_ptr<const Job> job, NodeId self, Context& context)
    : RoundWorker(std::move(job), self, context), workers_(this->job().spec.cluster.workers) {
  std::vector<std::uint32_t> ranks(workers_);
  std::iota(ranks.begin(), ranks.end(), 0);
  for (const Table& table : this->job().tables)
    chunks_.emplace_back(PartitionSpec{.type = PartitionType::kRange, .virtual_nodes = 1}, ranks,
                         table.id, table.keys);
}

void RingWorker::exchange(std::vector<Section> gradient) {
  own_.assign(workers_, {});
  for (const Section& section : gradient) {
    const std::size_t table = section.table.value;
    const std::uint32_t width = job().pushed_width(job().tables[table]);
    const auto slices = chunks_[table].slice(section.keys);
    for (const Slice& slice : *slices)
      own_[slice.shard].push_back(
          {section.table, slice.keys, cut(section.values, width, slice), nullptr});
  }
  mean_.clear();
  step_ = 0;
  last_computed_ = computed();
  in_exchange_ = true;
  std::vector<Section> first = own_[self().rank];
  if (workers_ == 1) {
    mean_ = scaled(std::move(first), factor_of_sum(job()));
    return finish();
  }
  send_chunk(std::move(first));
  take_up_early();
}

void RingWorker::send_chunk(std::vector<Section> sections) {
  to_send_.push_back(make_message(Gradients{.iteration = round(),
                                            .step = step_,
                                            .computed = last_computed_,
                                            .sections = std::move(sections)}));
  send_next();
}

void RingWorker::send_next() {
  while (!to_send_.empty() && under_way_.size() < kUnderWayMost) {
    const auto& gradients = std::get<Gradients>(*to_send_.front());
    under_way_.emplace(gradients.iteration, gradients.step);
    context().send(worker_id((self().rank + 1) % workers_), to_send_.front());
    to_send_.pop_front();
  }
}

void RingWorker::on_message(NodeId from, const MessagePtr& message) {
  if (const auto* gradients = std::get_if<Gradients>(message.get()))
    context().send(
        from, make_message(PushAck{gradients->step, {std::uint64_t{gradients->iteration.value}}}));
  if (const auto* ack = std::get_if<PushAck>(message.get())) {
    under_way_.erase({{static_cast<std::uint32_t>(ack->request.value)}, ack->shard});
    return send_next();
  }
  RoundWorker::on_message(from, message);
}

bool RingWorker::take(NodeId, const MessagePtr& message) {
  const auto* gradients = std::get_if<Gradients>(message.get());
  if (!gradients || gradients->iteration < round()) return true;
  if (gradients->iteration > round() || !in_exchange_) return false;
  if (gradients->step < step_) return true;  // repeated by the network
  if (gradients->step > step_ || is_adding_) return false;
  is_adding_ = true;
  const bool adds = step_ + 1 < workers_;
  const std::uint64_t values = adds ? values_in(own_[chunk_before(step_ + 1)]) : 0;
  work().then(WorkKind::kApply, receiving_flops(values), round(), [this, message] {
    is_adding_ = false;
    take_step(std::get<Gradients>(*message));
  });
  return true;
}

void RingWorker::take_step(const Gradients& gradients) {
  last_computed_ = std::max(last_computed_, gradients.computed);
  std::vector<Section> sections(gradients.sections.begin(), gradients.sections.end());
  const std::uint32_t chunk = chunk_before(step_ + 1);
  if (step_ + 1 < workers_) sections = add_rows(std::move(sections), own_[chunk]);
  if (step_ + 2 == workers_) sections = scaled(std::move(sections), factor_of_sum(job()));
  if (step_ + 2 >= workers_) mean_.insert(mean_.end(), sections.begin(), sections.end());
  if (++step_ == 2 * (workers_ - 1)) return finish();
  send_chunk(std::move(sections));
  take_up_early();
}

void RingWorker::finish() {
  in_exchange_ = false;
  work().then(WorkKind::kApply, applying_flops(values_in(mean_)), round(), [this] {
    model().step(round(), mean_);
    context().record(GradientApplied{.worker = self(), .iteration = round()});
    end_round(last_computed_ - computed(), false);
    report();
    compute();
  });
}

}  // namespace psgrid
