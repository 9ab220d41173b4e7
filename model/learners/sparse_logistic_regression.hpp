// Logistic regression with an l1 penalty by delayed block proximal gradient (Li et al., OSDI 2014,
// algorithm 3; Li et al., NIPS 2014).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "model/learner.hpp"
#include "model/learners/feature_blocks.hpp"

namespace psgrid {

// Labels are 0 and 1. One table, "weights", with a weight a feature and no bias; all start at zero.
// What is minimised is the mean over all training rows of log(1 + exp(z)) - y z, z = w . x, plus
// l1 |w|.
//
// An iteration works on one block of features, and on all rows of the worker; all workers work on
// the same block. The worker keeps X w. It pulls the weights of the block that was updated `delay`
// + 1 iterations before, adds what has changed to X w, and pushes, for the features of this
// iteration's block that its rows have, the derivative g and a bound u of the curvature; see
// BlockProximal, which is what servers do with their sums:
//   u_j = sum over rows of |x_ij| s_i / 4 / (training rows), s_i = sum of |x_ij| over the block.
// diag(u) bounds the second derivative within a block, and in its norm also that between two
// blocks, so in the condition on the step (NIPS 2014, theorem 2), 1 / (L_var + delay L_cov), both
// are at most 1. The step is that with `coupling` for L_cov, times `step`; less than 1 is for data
// with blocks that have little to do with each other.
//
// kkt_filter: a weight that is 0 and whose derivative, as estimated from the worker's own rows, is
// below half of l1 will stay 0 and is not pushed. Workers may disagree about it, so in every 8th
// pass over the blocks all are pushed.
//
// A worker that is started anew, or whose rows change, first pulls the weights of all features that
// its rows have.
class SparseLogisticRegression final : public Learner {
 public:
  SparseLogisticRegression(const LearnerSpec& spec, const Dataset& data);

  std::vector<Table> tables() const override;
  std::unique_ptr<UpdateRule> update_rule() const override;
  void take_share(const Dataset& data, const Share& share) override;
  std::vector<KeySet> keys(const Dataset& data, std::span<const std::uint32_t> rows) override;

  // The loss is that of the worker's rows.
  Gradient gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                    const std::vector<Section>& weights) override;

  // The metric is the number of weights that are not 0.
  Evaluation evaluate(const Dataset& data, const std::vector<Section>& weights) const override;
  std::string metric_name() const override { return "nonzeros"; }

  // 4 a non-zero of a block: two to update X w, two for the derivative. Bounds are computed once.
  double flops_per_example(const Dataset& data) const override;

  // Features that the filter has kept from being pushed, over all iterations; and all pushed.
  std::uint64_t skipped() const { return skipped_; }
  std::uint64_t pushed() const { return pushed_; }

 private:
  // What an iteration reads.
  enum class Reads {
    kNothing,  // all weights are still zero, or unchanged
    kBlock,    // the block that was updated last
    kAll
  };
  struct Plan {
    Clock iteration;
    Share share;
    std::shared_ptr<const FeatureBlocks> blocks;  // of the share
    Reads reads = Reads::kNothing;
    std::uint32_t read_block = 0;
  };

  std::uint32_t block_of(std::uint32_t iteration) const;
  void start(const Plan& plan, const Dataset& data);
  void follow(std::uint32_t first, std::uint32_t end, std::span<const float> weights);
  Section derivatives(const Plan& plan);
  double residual(std::uint32_t row, Clock iteration);
  bool is_settled(std::uint32_t column, double derivative, const Plan& plan) const;

  const LearnerSpec spec_;
  const std::uint32_t features_;
  const double training_rows_;

  // Of keys(), which is ahead of the rest.
  Share share_;
  std::shared_ptr<const FeatureBlocks> blocks_;
  bool reads_all_ = false;
  Clock next_;
  std::deque<Plan> plans_;

  // Of gradient().
  std::shared_ptr<const FeatureBlocks> current_;
  std::vector<float> weights_;  // by column, as last pulled
  std::vector<double> scores_;  // X w
  std::vector<float> labels_;
  struct Residual {
    Clock after;  // iteration + 1; 0: never
    double value = 0;
  };
  std::vector<Residual> residuals_;  // by row
  std::uint64_t skipped_ = 0, pushed_ = 0;
};

}  // namespace psgrid
