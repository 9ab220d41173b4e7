#include "model/baselines/all_to_all.hpp"

#include <algorithm>

namespace psgrid {

void AllToAllWorker::exchange(std::vector<Section> gradient) {
  const std::uint32_t workers = job().spec.cluster.workers;
  const MessagePtr message = make_message(
      Gradients{.iteration = round(), .computed = computed(), .sections = std::move(gradient)});
  // Each begins with its successor, or all would send to one at a time.
  for (std::uint32_t i = 1; i < workers; ++i)
    context().send(worker_id((self().rank + i) % workers), message);
  const auto& own = std::get<Gradients>(*message);
  work().then(WorkKind::kApply, applying_flops(values_in(own.sections)), round(),
              [this, message] { add(self().rank, std::get<Gradients>(*message)); });
}

bool AllToAllWorker::take(NodeId from, const MessagePtr& message) {
  const auto* gradients = std::get_if<Gradients>(message.get());
  if (!gradients || gradients->iteration < round()) return true;
  if (gradients->iteration > round()) return false;
  if (heard_[from.rank]) return true;  // repeated by the network
  heard_[from.rank] = true;
  const Sections& sections = gradients->sections;
  work().then(WorkKind::kApply, receiving_flops(values_in(sections)), round(),
              [this, from, message] { add(from.rank, std::get<Gradients>(*message)); });
  return true;
}

void AllToAllWorker::add(std::uint32_t worker, const Gradients& gradients) {
  sum_.add(worker, gradients.sections);
  last_computed_ = std::max(last_computed_, gradients.computed);
  if (!sum_.is_complete()) return;
  model().step(round(), sum_.take());
  heard_.assign(heard_.size(), false);
  context().record(GradientApplied{.worker = self(), .iteration = round()});
  end_round(last_computed_ - computed(), false);
  report();
  compute();
  take_up_early();
}

}  // namespace psgrid
