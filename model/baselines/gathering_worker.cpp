#include "model/baselines/gathering_worker.hpp"

#include <algorithm>

#include "model/baselines/baselines.hpp"
#include "model/slice_rows.hpp"

namespace psgrid {

GatheringWorker::GatheringWorker(std::shared_ptr<const Job> job, NodeId self, Context& context)
    : RoundWorker(std::move(job), self, context),
      parts_(gathering_servers(this->job().spec)),
      heard_(parts_) {}

bool GatheringWorker::take(NodeId, const MessagePtr& message) {
  const auto* part = std::get_if<PullReply>(message.get());
  if (!part || part->slowest != round() || part->shard >= parts_ || heard_[part->shard])
    return true;  // repeated by the network
  heard_[part->shard] = true;
  held_ = std::max(held_, part->held);
  model().write(part->sections);
  if (std::find(heard_.begin(), heard_.end(), false) != heard_.end()) return true;
  if (round() > Clock{}) report();
  compute();
  return true;
}

void GatheringWorker::exchange(std::vector<Section> gradient) {
  std::vector<Sections> parts(parts_);
  for (Section& section : gradient) {
    if (parts_ == 1) {
      parts.front().push_back(std::move(section));
      continue;
    }
    const std::uint32_t width = job().pushed_width(job().tables[section.table.value]);
    const auto slices = view_->ring(section.table).slice(section.keys);
    for (const Slice& slice : *slices)
      parts[view_->chain(slice.shard).head()].push_back(
          {section.table, slice.keys, cut(section.values, width, slice), nullptr});
  }
  // Each begins with another server, or all would queue at the first.
  for (std::uint32_t i = 0; i < parts_; ++i) {
    const std::uint32_t part = (self().rank + i) % parts_;
    context().send(server_id(part), make_message(Gradients{.iteration = round(),
                                                           .computed = computed(),
                                                           .sections = std::move(parts[part])}));
  }
  heard_.assign(parts_, false);
  end_round(std::exchange(held_, {}), true);
}

}  // namespace psgrid
