#include "model/learners/tally.hpp"

#include <algorithm>
#include <iterator>

#include "model/check.hpp"
#include "model/consistency.hpp"
#include "model/random.hpp"

namespace psgrid {

std::uint32_t TallyLayout::kind(std::uint32_t worker, Clock iteration) {
  return static_cast<std::uint32_t>(
      RandomStream(0, worker_id(worker), Purpose::kBatches).bits_at(iteration.value) % kKinds);
}

TallyBatch TallyLayout::batch(std::uint32_t worker, std::uint32_t kind) const {
  const auto own = [&](std::uint32_t each) {
    std::vector<Key> keys;
    for (std::uint32_t i = 0; i < keys_of_each_; i += each)
      keys.push_back(std::uint64_t{i} * workers_ + worker);
    return keys;
  };
  const auto own_and_hot = [&](std::uint32_t each) {
    std::vector<Key> touched = own(each);
    for (std::uint32_t i = 0; i < kHotKeys; ++i)
      touched.push_back(std::uint64_t{workers_} * keys_of_each_ + i);
    return KeySet::list(std::move(touched));
  };
  const KeySet all = KeySet::range(0, keys());
  switch (kind) {
    case 0:
      return {{all, all}, {own_and_hot(1), own_and_hot(1)}};
    case 1:  // one table only
      return {{all, all}, {own_and_hot(1), {}}};
    case 2:  // reads what it adds to
      return {{own_and_hot(1), own_and_hot(2)}, {own_and_hot(1), own_and_hot(2)}};
    default:  // every other key
      return {{all, all}, {KeySet::list(own(2)), KeySet::list(own(2))}};
  }
}

std::uint32_t gradients_in_update(const RunSpec& run) {
  const auto quorum = make_consistency(run.consistency)->quorum();
  return quorum ? quorum->gradients : run.cluster.workers;
}

OptimizerSpec tally_optimizer(const RunSpec& run) {
  return {.type = OptimizerType::kSgd,
          .learning_rate = 1.0 * gradients_in_update(run) / run.job.local_steps};
}

bool is_tally_exact(std::uint32_t workers) {
  const double rate = workers;
  const float share = 1.0f / static_cast<float>(workers);
  if (static_cast<float>(rate * share) != 1.0f) return false;
  for (std::uint32_t count = 1; count <= workers; ++count)
    if (static_cast<float>(rate) * (static_cast<float>(count) * share) != static_cast<float>(count))
      return false;
  return true;
}

Tally::Tally(const LearnerSpec& spec)
    : layout_(spec.workers, spec.keys), batch_(std::max(spec.batch, 1u)) {
  PSGRID_CHECK(spec.keys > 0, "at least one key of each worker");
  PSGRID_CHECK(spec.workers > 0 && is_tally_exact(spec.workers), "workers whose counts are exact");
}

std::vector<Table> Tally::tables() const {
  return {{.name = "first", .id = {0}, .keys = layout_.keys(), .width = 1, .initial = {}},
          {.name = "second", .id = {1}, .keys = layout_.keys(), .width = 1, .initial = {}}};
}

// A row stands for a worker and a kind of batch: each example is the whole of it.
std::vector<std::uint32_t> Tally::made_up_rows(std::uint32_t worker, Clock iteration) const {
  const std::uint32_t row = worker * TallyLayout::kKinds + TallyLayout::kind(worker, iteration);
  return std::vector<std::uint32_t>(batch_, row);
}

namespace {

TallyBatch batch_of(const TallyLayout& layout, std::span<const std::uint32_t> rows) {
  PSGRID_CHECK(!rows.empty() && std::ranges::count(rows, rows[0]) == std::ssize(rows),
               "the one row of an iteration");
  return layout.batch(rows[0] / TallyLayout::kKinds, rows[0] % TallyLayout::kKinds);
}

}  // namespace

std::vector<KeySet> Tally::keys(const Dataset&, std::span<const std::uint32_t> rows) {
  return batch_of(layout_, rows).read;
}

Gradient Tally::gradient(const Dataset&, std::span<const std::uint32_t> rows,
                         const std::vector<Section>&) {
  const TallyBatch batch = batch_of(layout_, rows);
  Gradient gradient;
  for (std::uint16_t table = 0; table < TallyLayout::kTables; ++table)
    if (const KeySet& keys = batch.added[table]; !keys.empty())
      gradient.sections.push_back({{table}, keys, Values(std::vector<float>(keys.size(), -1.0f))});
  return gradient;
}

Evaluation Tally::evaluate(const Dataset&, const std::vector<Section>& weights) const {
  double count = 0;
  for (const Section& section : weights)
    for (float value : section.values.data()) count += value;
  return {.loss = 0, .metric = count};
}

double Tally::flops_per_example(const Dataset&) const {
  return static_cast<double>(layout_.keys() * TallyLayout::kTables);
}

}  // namespace psgrid
