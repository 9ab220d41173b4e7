// A model, or a part of one, with the state of its update rule: what a worker steps by itself, and
// what a server keeps for workers that step together.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/job.hpp"
#include "model/shard.hpp"
#include "model/values.hpp"

namespace psgrid {

class ModelCopy {
 public:
  // The whole model, or the part with these keys (as ranges, by table), at its initial values.
  explicit ModelCopy(const Job& job);
  ModelCopy(const Job& job, std::vector<KeySet> keys);

  // Rows of some keys of each table; all that there are.
  std::vector<Section> read(const std::vector<KeySet>& keys) const;
  Sections read() const;

  // Overwrites rows.
  void write(const Sections& rows);

  // Steps by an iteration's mean gradient, or by its sum where the rule takes sums.
  void step(Clock iteration, std::span<const Section> mean);

  std::span<const Shard> tables() const { return tables_; }
  std::uint64_t values() const;

 private:
  std::vector<Shard> tables_;
};

// Values of some sections together.
template <class List>
std::uint64_t values_in(const List& sections) {
  std::uint64_t values = 0;
  for (const Section& section : sections) values += section.values.size();
  return values;
}

// By what the sum of all workers' gradients is multiplied before the rule sees it.
float factor_of_sum(const Job& job);

}  // namespace psgrid
