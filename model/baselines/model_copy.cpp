#include "model/baselines/model_copy.hpp"

#include <utility>

namespace psgrid {

namespace {

std::vector<KeySet> all_keys(const Job& job) {
  std::vector<KeySet> keys;
  for (const Table& table : job.tables) keys.push_back(KeySet::range(0, table.keys));
  return keys;
}

}  // namespace

ModelCopy::ModelCopy(const Job& job) : ModelCopy(job, all_keys(job)) {}

ModelCopy::ModelCopy(const Job& job, std::vector<KeySet> keys) {
  tables_.reserve(job.tables.size());
  for (std::size_t table = 0; table < job.tables.size(); ++table)
    tables_.emplace_back(job.tables[table], std::move(keys[table]), *job.rule, job.spec.seed,
                         job.timing_only);
}

std::vector<Section> ModelCopy::read(const std::vector<KeySet>& keys) const {
  std::vector<Section> rows;
  for (std::size_t table = 0; table < tables_.size(); ++table)
    rows.push_back(
        {{static_cast<std::uint16_t>(table)}, keys[table], tables_[table].read(keys[table])});
  return rows;
}

Sections ModelCopy::read() const {
  std::vector<KeySet> keys;
  for (const Shard& table : tables_) keys.push_back(table.layout().owned());
  return read(keys);
}

void ModelCopy::write(const Sections& rows) {
  for (const Section& section : rows) tables_[section.table.value].write(section);
}

void ModelCopy::step(Clock iteration, std::span<const Section> mean) {
  for (const Section& section : mean)
    tables_[section.table.value].apply(section, 1, std::uint64_t{iteration.value} + 1);
}

std::uint64_t ModelCopy::values() const {
  std::uint64_t values = 0;
  for (const Shard& table : tables_) values += table.layout().values();
  return values;
}

float factor_of_sum(const Job& job) {
  return job.rule->sums() ? 1 : 1.0f / static_cast<float>(job.spec.cluster.workers);
}

}  // namespace psgrid
