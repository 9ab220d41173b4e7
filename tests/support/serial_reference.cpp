#include "tests/support/serial_reference.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include "model/batches.hpp"
#include "model/check.hpp"
#include "model/initial_values.hpp"
#include "model/job.hpp"
#include "model/update_rule.hpp"

namespace psgrid {
namespace {

// One parameter table with the state of its update rule.
class SerialTable {
 public:
  SerialTable(const Table& table, const UpdateRule& rule, std::uint64_t seed)
      : table_(table),
        pushed_(table.width * rule.pushed_per_weight()),
        values_(table.keys * table.width),
        state_(rule.slots() * values_.size()) {
    for (Key key = 0; key < table.keys; ++key) initial_row(seed, table, key, row(values_, key));
  }

  const std::vector<float>& values() const { return values_; }

  Section read(const KeySet& keys) {
    std::vector<float> values;
    keys.for_each_run([&](Key begin, std::uint64_t count) {
      for (Key key = begin; key < begin + count; ++key) {
        const std::span<float> from = row(values_, key);
        values.insert(values.end(), from.begin(), from.end());
      }
    });
    return {table_.id, keys, Values(std::move(values))};
  }

  // The first gradient of a key starts its sum.
  void add(const Section& gradient) {
    const float* from = gradient.values.data().data();
    gradient.keys.for_each_run([&](Key begin, std::uint64_t count) {
      for (Key key = begin; key < begin + count; ++key, from += pushed_) {
        const auto [sum, first] = sums_.try_emplace(key, from, from + pushed_);
        if (first) continue;
        for (std::uint32_t i = 0; i < pushed_; ++i) sum->second[i] += from[i];
      }
    });
  }

  void step(const UpdateRule& rule, std::uint32_t workers, std::uint64_t number) {
    for (auto& [key, sum] : sums_) {
      if (!rule.sums())
        for (float& value : sum) value *= 1.0f / static_cast<float>(workers);
      const RuleState state{state_.data() + key * table_.width, values_.size()};
      rule.apply(row(values_, key), state, sum, 1.0f, number);
    }
    sums_.clear();
  }

 private:
  std::span<float> row(std::vector<float>& values, Key key) {
    return std::span<float>(values).subspan(key * table_.width, table_.width);
  }

  Table table_;
  std::uint32_t pushed_;
  std::vector<float> values_;
  std::vector<float> state_;
  std::map<Key, std::vector<float>> sums_;
};

struct SerialWorker {
  std::unique_ptr<Learner> learner;
  BatchSampler batches;
};

std::vector<SerialWorker> make_workers(const RunSpec& spec, const Dataset& train) {
  std::vector<SerialWorker> workers;
  for (std::uint32_t rank = 0; rank < spec.cluster.workers; ++rank) {
    const DataRange share = data_range(train.rows, rank, spec.cluster.workers);
    workers.push_back({make_learner(learner_in(spec), &train),
                       BatchSampler(share, spec.job.batch,
                                    RandomStream(spec.seed, worker_id(rank), Purpose::kBatches))});
    workers.back().learner->take_share(train, {worker_id(rank), {}, share.begin, share.size()});
  }
  return workers;
}

std::vector<Section> read_all(std::vector<SerialTable>& tables, const std::vector<KeySet>& keys) {
  std::vector<Section> sections;
  for (std::size_t t = 0; t < tables.size(); ++t) sections.push_back(tables[t].read(keys[t]));
  return sections;
}

}  // namespace

SerialResult train_serially(const RunSpec& spec, const Dataset& train, const Dataset& test) {
  PSGRID_CHECK(spec.job.stop.iterations, "a number of iterations");
  std::vector<SerialWorker> workers = make_workers(spec, train);
  std::unique_ptr<UpdateRule> rule = workers.front().learner->update_rule();
  if (!rule) rule = make_update_rule(spec.job.optimizer);
  std::vector<SerialTable> tables;
  std::vector<KeySet> all_keys;
  for (const Table& table : workers.front().learner->tables()) {
    tables.emplace_back(table, *rule, spec.seed);
    all_keys.push_back(KeySet::range(0, table.keys));
  }

  SerialResult result;
  for (std::uint32_t iteration = 0; iteration < *spec.job.stop.iterations; ++iteration) {
    for (SerialWorker& worker : workers) {
      const std::span<const std::uint32_t> rows = worker.batches.next();
      const std::vector<Section> weights = read_all(tables, worker.learner->keys(train, rows));
      const Gradient gradient = worker.learner->gradient(train, rows, weights);
      for (const Section& section : gradient.sections) tables[section.table.value].add(section);
    }
    for (SerialTable& table : tables)
      table.step(*rule, spec.cluster.workers, std::uint64_t{iteration} + 1);
    result.evaluations.push_back(
        workers.front().learner->evaluate(test, read_all(tables, all_keys)));
  }
  for (const SerialTable& table : tables) result.tables.push_back(table.values());
  return result;
}

}  // namespace psgrid
