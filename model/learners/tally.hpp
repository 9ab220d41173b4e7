// No model, but a count: every push adds exactly 1 to the keys that it touches, so the values
// themselves tell which pushes are in them. A lost, doubled or invented update shows.
//
// There are two tables. In each, every worker has keys of its own, which nobody else touches, and
// there are a few hot ones that all workers add to. What a push touches depends on its worker and
// iteration and on nothing else, so that a worker which is started anew pushes what the one before
// it pushed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/learner.hpp"
#include "model/run_spec.hpp"

namespace psgrid {

// Which rows of a table an iteration reads, and which it adds to.
struct TallyBatch {
  std::vector<KeySet> read, added;  // by table
};

class TallyLayout {
 public:
  static constexpr std::uint32_t kTables = 2;
  static constexpr std::uint32_t kHotKeys = 3;  // of each table
  static constexpr std::uint32_t kKinds = 4;    // of batches

  TallyLayout(std::uint32_t workers, std::uint32_t keys_of_each)
      : workers_(workers), keys_of_each_(keys_of_each) {}

  std::uint64_t keys() const { return std::uint64_t{workers_} * keys_of_each_ + kHotKeys; }
  std::uint32_t workers() const { return workers_; }

  // Whose key it is; `workers` for a hot one.
  std::uint32_t owner(Key key) const {
    return key < std::uint64_t{workers_} * keys_of_each_
               ? static_cast<std::uint32_t>(key % workers_)
               : workers_;
  }

  // An iteration's kind of batch is drawn from the worker and the iteration.
  static std::uint32_t kind(std::uint32_t worker, Clock iteration);
  TallyBatch batch(std::uint32_t worker, std::uint32_t kind) const;

 private:
  std::uint32_t workers_, keys_of_each_;
};

// Of how many workers' gradients an update is the mean: of all, unless some are enough.
std::uint32_t gradients_in_update(const RunSpec& run);

// The optimizer that makes each push count 1: SGD of this rate. Requires
// is_tally_exact(gradients_in_update(run)), and local steps that are a power of 2.
OptimizerSpec tally_optimizer(const RunSpec& run);

// Whether float32 arithmetic is exact for so many gradients, whether their gradients are applied
// one by one or summed first.
bool is_tally_exact(std::uint32_t gradients);

class Tally final : public Learner {
 public:
  explicit Tally(const LearnerSpec& spec);

  std::vector<Table> tables() const override;
  std::vector<std::uint32_t> made_up_rows(std::uint32_t worker, Clock iteration) const override;
  std::vector<KeySet> keys(const Dataset& data, std::span<const std::uint32_t> rows) override;
  Gradient gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                    const std::vector<Section>& weights) override;

  // Loss: 0. Metric: the sum of all counts.
  Evaluation evaluate(const Dataset& data, const std::vector<Section>& weights) const override;
  std::string metric_name() const override { return "count"; }
  double flops_per_example(const Dataset& data) const override;

 private:
  const TallyLayout layout_;
  const std::uint32_t batch_;  // examples of one, all of which are the same
};

}  // namespace psgrid
