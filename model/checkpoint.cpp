#include "model/checkpoint.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

namespace psgrid {

Clock Checkpoint::slowest() const {
  Clock slowest{~0u};
  for (std::uint32_t worker = 0; worker < clocks.size(); ++worker)
    if (!std::binary_search(expelled.begin(), expelled.end(), worker))
      slowest = std::min(slowest, clocks[worker]);
  return slowest;
}

std::uint64_t value_count(const std::vector<Values>& image) {
  return std::accumulate(image.begin(), image.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Values& part) { return sum + part.size(); });
}

std::string describe(const CheckpointPtr& checkpoint) {
  if (!checkpoint) return "the beginning";
  return "checkpoint " + std::to_string(checkpoint->number) + ", iteration " +
         std::to_string(checkpoint->slowest().value);
}

CheckpointPtr CheckpointCollector::add(Time now, const CheckpointPart& part) {
  // One is made at a time: those that were begun before it and not finished have been given up.
  if (!unfinished_.contains(part.checkpoint) && unfinished_.size() > 1) unfinished_.clear();
  unfinished_[part.checkpoint].parts.insert_or_assign(part.shard, part);
  return complete(now, part.checkpoint);
}

CheckpointPtr CheckpointCollector::add(Time now, const CheckpointDone& done) {
  Unfinished& unfinished = unfinished_[done.checkpoint];
  unfinished.done = true;
  unfinished.conclusion = done;
  return complete(now, done.checkpoint);
}

CheckpointPtr CheckpointCollector::complete(Time now, std::uint64_t id) {
  const Unfinished& found = unfinished_[id];
  if (!found.done || found.parts.size() != found.conclusion.shards) return nullptr;
  Checkpoint checkpoint{.number = last_ ? last_->number + 1 : 1,
                        .at = now,
                        .examples = 0,
                        .clocks = found.parts.begin()->second.clocks,
                        .expelled = found.conclusion.expelled,
                        .shards = {}};
  for (const auto& [shard, part] : found.parts) {
    for (std::size_t worker = 0; worker < part.clocks.size(); ++worker)
      checkpoint.clocks[worker] = std::min(checkpoint.clocks[worker], part.clocks[worker]);
    checkpoint.shards.push_back(part.image);
  }
  for (std::uint32_t worker : checkpoint.expelled) checkpoint.clocks[worker] = {};
  double iterations = 0;
  for (Clock clock : checkpoint.clocks) iterations += clock.value;
  const CheckpointDone& done = found.conclusion;
  if (done.iterations > 0)
    checkpoint.examples = static_cast<std::uint64_t>(
        static_cast<double>(done.examples) * iterations / static_cast<double>(done.iterations));
  last_ = std::make_shared<const Checkpoint>(std::move(checkpoint));
  unfinished_.clear();
  return last_;
}

}  // namespace psgrid
