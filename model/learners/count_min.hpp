// The CountMin sketch (Cormode, Muthukrishnan, J. Algorithms 2005): how often each item of a stream
// occurred, in little memory and never too low.
#pragma once

#include <string>
#include <vector>

#include "model/learner.hpp"
#include "model/learners/zipf.hpp"

namespace psgrid {

// Where the counters of an item are: one in each of `depth` rows of `width`.
class SketchHashes {
 public:
  SketchHashes(std::uint64_t seed, std::uint32_t width, std::uint32_t depth);

  std::uint32_t depth() const { return static_cast<std::uint32_t>(factors_.size()); }

  // The key of the item's counter in a row.
  Key key(std::uint64_t item, std::uint32_t row) const;

 private:
  struct Factors {
    std::uint64_t a = 1, b = 0;
  };
  std::uint32_t width_;
  std::vector<Factors> factors_;  // by row
};

// Every iteration a worker counts `batch` items of a stream of its own, which follows Zipf's law
// and depends on the seed, the worker and the iteration alone. It reads nothing. Pushes are
// increments, and counters exact up to 2^24.
//
// Tables: "counters", key = row * width + hash; and "batches", how many batches of each worker are
// in them, from which the evaluation knows the truth.
class CountMin final : public Learner {
 public:
  explicit CountMin(const LearnerSpec& spec);

  std::vector<Table> tables() const override;
  std::unique_ptr<UpdateRule> update_rule() const override;
  std::vector<std::uint32_t> made_up_rows(std::uint32_t worker, Clock iteration) const override;
  std::vector<KeySet> keys(const Dataset& data, std::span<const std::uint32_t> rows) override;
  Gradient gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                    const std::vector<Section>& weights) override;

  // Of queries for all items that occurred: the loss is the mean of estimate - count, divided by
  // the length N of the stream; the metric the share of estimates from count to count + N e/width.
  // While batches are under way some counters have them and some do not.
  Evaluation evaluate(const Dataset& data, const std::vector<Section>& weights) const override;
  std::string metric_name() const override { return "within_bound"; }

  // 4 a row: a multiplication, an addition and a remainder to hash, and the increment.
  double flops_per_example(const Dataset& data) const override;

 private:
  template <class Visit>
  void for_each_item(std::uint32_t worker, Clock iteration, Visit visit) const;

  const LearnerSpec spec_;
  const SketchHashes hashes_;
  const Zipf zipf_;
};

}  // namespace psgrid
