#include "model/learners/sparse_logistic_regression.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "model/check.hpp"
#include "model/portable_math.hpp"
#include "model/random.hpp"
#include "model/update_rules/block_proximal.hpp"

namespace psgrid {
namespace {

constexpr std::uint32_t kFilterRestsEvery = 8;  // passes

double log_loss(double score, float label) { return softplus(score) - label * score; }

}  // namespace

SparseLogisticRegression::SparseLogisticRegression(const LearnerSpec& spec, const Dataset& data)
    : spec_(spec), features_(data.features), training_rows_(data.rows) {
  PSGRID_CHECK(spec.blocks > 0 && spec.blocks <= features_, "blocks that are not empty");
}

std::vector<Table> SparseLogisticRegression::tables() const {
  return {{.name = "weights", .id = {0}, .keys = features_, .width = 1, .initial = {}}};
}

std::unique_ptr<UpdateRule> SparseLogisticRegression::update_rule() const {
  return std::make_unique<BlockProximal>(spec_.step / (1 + spec_.coupling * spec_.delay), spec_.l1);
}

void SparseLogisticRegression::take_share(const Dataset& data, const Share& share) {
  reads_all_ = share.from > Clock{};
  if (!blocks_) next_ = share.from;
  share_ = share;
  blocks_ = std::make_shared<const FeatureBlocks>(data, share.first_row, share.rows, spec_.blocks);
}

// Every block once a pass.
std::uint32_t SparseLogisticRegression::block_of(std::uint32_t iteration) const {
  const std::uint32_t pass = iteration / spec_.blocks, place = iteration % spec_.blocks;
  if (!spec_.random_order) return place;
  std::vector<std::uint32_t> order(spec_.blocks);
  std::iota(order.begin(), order.end(), 0u);
  RandomStream(spec_.seed, manager_id(0), Purpose::kBlocks, pass).shuffle(order);
  return order[place];
}

std::vector<KeySet> SparseLogisticRegression::keys(const Dataset&, std::span<const std::uint32_t>) {
  PSGRID_CHECK(blocks_, "a share before keys");
  Plan& plan = plans_.emplace_back();
  plan.iteration = std::exchange(next_, next_.next());
  plan.share = share_;
  plan.blocks = blocks_;
  if (std::exchange(reads_all_, false)) {
    plan.reads = Reads::kAll;
    return {blocks_->all()};
  }
  if (plan.iteration.value <= spec_.delay) return {KeySet()};
  plan.reads = Reads::kBlock;
  plan.read_block = block_of(plan.iteration.value - spec_.delay - 1);
  return {blocks_->of_block(plan.read_block)};
}

// On the rows of a new share.
void SparseLogisticRegression::start(const Plan& plan, const Dataset& data) {
  current_ = plan.blocks;
  weights_.assign(current_->columns(), 0);
  scores_.assign(plan.share.rows, 0);
  residuals_.assign(plan.share.rows, {});
  labels_.clear();
  for (std::uint32_t row = 0; row < plan.share.rows; ++row)
    labels_.push_back(data.labels[plan.share.first_row + row]);
}

void SparseLogisticRegression::follow(std::uint32_t first, std::uint32_t end,
                                      std::span<const float> weights) {
  PSGRID_CHECK(weights.size() == end - first, "one weight a column");
  for (std::uint32_t column = first; column < end; ++column) {
    const float weight = weights[column - first];
    const double change = double{weight} - weights_[column];
    if (change == 0) continue;
    for (const FeatureBlocks::Entry& entry : current_->entries(column))
      scores_[entry.row] += change * entry.value;
    weights_[column] = weight;
  }
}

// Derivative of a row's loss by its score; once an iteration.
double SparseLogisticRegression::residual(std::uint32_t row, Clock iteration) {
  Residual& known = residuals_[row];
  if (known.after != iteration.next())
    known = {iteration.next(), sigmoid(scores_[row]) - labels_[row]};
  return known.value;
}

bool SparseLogisticRegression::is_settled(std::uint32_t column, double derivative,
                                          const Plan& plan) const {
  if (!spec_.kkt_filter || weights_[column] != 0) return false;
  const std::uint32_t pass = plan.iteration.value / spec_.blocks;
  return pass % kFilterRestsEvery != kFilterRestsEvery - 1 &&
         std::abs(derivative) / plan.share.rows < spec_.l1 / 2;
}

Section SparseLogisticRegression::derivatives(const Plan& plan) {
  const std::uint32_t block = block_of(plan.iteration.value);
  const auto [first, end] = current_->block(block);
  std::vector<Key> keys;
  std::vector<float> values;
  for (std::uint32_t column = first; column < end; ++column) {
    double derivative = 0;
    for (const FeatureBlocks::Entry& entry : current_->entries(column))
      derivative += residual(entry.row, plan.iteration) * entry.value;
    if (is_settled(column, derivative, plan)) {
      ++skipped_;
      continue;
    }
    keys.push_back(current_->feature(column));
    values.push_back(static_cast<float>(derivative / training_rows_));
    values.push_back(static_cast<float>(current_->curvature(column) / training_rows_));
  }
  pushed_ += keys.size();
  if (keys.empty()) return {};
  if (keys.size() == end - first)
    return {{0}, current_->of_block(block), Values(std::move(values))};
  return {{0}, KeySet::list(std::move(keys)), Values(std::move(values))};
}

Gradient SparseLogisticRegression::gradient(const Dataset& data, std::span<const std::uint32_t>,
                                            const std::vector<Section>& weights) {
  PSGRID_CHECK(!plans_.empty(), "keys before a gradient");
  const Plan plan = std::move(plans_.front());
  plans_.pop_front();
  const std::span<const float> pulled = weights.at(0).values.data();
  if (plan.reads == Reads::kAll || !current_) start(plan, data);
  PSGRID_CHECK(current_ == plan.blocks, "iterations of a share after the one that starts it");
  if (plan.reads == Reads::kAll) follow(0, current_->columns(), pulled);
  if (plan.reads == Reads::kBlock) {
    const auto [first, end] = current_->block(plan.read_block);
    follow(first, end, pulled);
  }
  Gradient result;
  for (std::uint32_t row = 0; row < plan.share.rows; ++row)
    result.loss += log_loss(scores_[row], labels_[row]);
  result.loss /= plan.share.rows;
  Section section = derivatives(plan);
  if (!section.keys.empty()) result.sections.push_back(std::move(section));
  return result;
}

Evaluation SparseLogisticRegression::evaluate(const Dataset& data,
                                              const std::vector<Section>& weights) const {
  const std::span<const float> w = weights.at(0).values.data();
  PSGRID_CHECK(w.size() == features_, "the whole table");
  Evaluation evaluation;
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    double score = 0;
    if (data.is_sparse()) {
      for (std::size_t i = 0; i < data.columns_of(row).size(); ++i)
        score += double{data.values_of(row)[i]} * w[data.columns_of(row)[i]];
    } else {
      for (std::uint32_t i = 0; i < features_; ++i) score += double{data.dense_row(row)[i]} * w[i];
    }
    evaluation.loss += log_loss(score, data.labels[row]);
  }
  evaluation.loss /= std::max(data.rows, 1u);
  evaluation.metric =
      static_cast<double>(w.size()) - static_cast<double>(std::count(w.begin(), w.end(), 0.0f));
  return evaluation;
}

double SparseLogisticRegression::flops_per_example(const Dataset& data) const {
  const double terms = data.is_sparse() && data.rows > 0
                           ? static_cast<double>(data.column.size()) / data.rows
                           : data.features;
  return 4 * terms / spec_.blocks;
}

}  // namespace psgrid
