#include "model/learners/matrix_factorization.hpp"

#include <cmath>
#include <utility>

#include "model/check.hpp"
#include "model/learners/metrics.hpp"

namespace psgrid {
namespace {

KeySet distinct(std::vector<Key> keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return KeySet::list(std::move(keys));
}

}  // namespace

MatrixFactorization::MatrixFactorization(const LearnerSpec& spec, const Dataset& data)
    : users_(data.users),
      items_(data.features - data.users),
      rank_(spec.rank),
      width_(spec.rank + (spec.biases ? 1 : 0)),
      l2_(static_cast<float>(spec.l2)) {
  PSGRID_CHECK(data.users > 0 && items_ > 0 && data.rows > 0, "ratings");
  PSGRID_CHECK(rank_ > 0, "a rank of at least 1");
  if (!spec.biases) return;
  double sum = 0;
  for (const float rating : data.labels) sum += rating;
  mean_ = static_cast<float>(sum / data.rows);
}

std::vector<Table> MatrixFactorization::tables() const {
  const InitialValues initial{1 / std::sqrt(1.0 * rank_)};
  return {{.name = "users", .id = {0}, .keys = users_, .width = width_, .initial = initial},
          {.name = "items", .id = {1}, .keys = items_, .width = width_, .initial = initial}};
}

std::vector<KeySet> MatrixFactorization::keys(const Dataset& data,
                                              std::span<const std::uint32_t> rows) {
  std::vector<Key> users, items;
  for (const std::uint32_t row : rows) {
    const std::span<const std::uint32_t> columns = data.columns_of(row);
    users.push_back(columns[0]);
    items.push_back(columns[1] - users_);
  }
  return {distinct(std::move(users)), distinct(std::move(items))};
}

float MatrixFactorization::predict(std::span<const float> user, std::span<const float> item) const {
  float sum = mean_;
  if (width_ > rank_) sum += user[rank_] + item[rank_];
  for (std::uint32_t f = 0; f < rank_; ++f) sum += user[f] * item[f];
  return sum;
}

Gradient MatrixFactorization::gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                                       const std::vector<Section>& weights) {
  const KeyedRows users(weights.at(0).keys, width_), items(weights.at(1).keys, width_);
  const std::span<const float> p = weights[0].values.data(), q = weights[1].values.data();
  PSGRID_CHECK(p.size() == users.size() * width_ && q.size() == items.size() * width_,
               "a row for each key");
  std::vector<float> of_users(p.size()), of_items(q.size());
  const float scale = 1 / static_cast<float>(rows.size());
  Gradient result;
  for (const std::uint32_t row : rows) {
    const std::span<const std::uint32_t> columns = data.columns_of(row);
    const Key u = columns[0], i = columns[1] - users_;
    const std::span<const float> user = users.row(p, u), item = items.row(q, i);
    const std::span<float> to_user = users.row(std::span(of_users), u);
    const std::span<float> to_item = items.row(std::span(of_items), i);
    const float error = predict(user, item) - data.labels[row];
    result.loss += 0.5 * error * error;
    for (std::uint32_t f = 0; f < rank_; ++f) {
      to_user[f] += scale * (error * item[f] + l2_ * user[f]);
      to_item[f] += scale * (error * user[f] + l2_ * item[f]);
    }
    if (width_ == rank_) continue;
    to_user[rank_] += scale * error;
    to_item[rank_] += scale * error;
  }
  result.loss /= static_cast<double>(rows.size());
  result.sections.push_back({weights[0].table, weights[0].keys, Values(std::move(of_users))});
  result.sections.push_back({weights[1].table, weights[1].keys, Values(std::move(of_items))});
  return result;
}

Evaluation MatrixFactorization::evaluate(const Dataset& data,
                                         const std::vector<Section>& weights) const {
  const KeyedRows users(weights.at(0).keys, width_), items(weights.at(1).keys, width_);
  std::vector<float> predictions;
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    const std::span<const std::uint32_t> columns = data.columns_of(row);
    predictions.push_back(predict(users.row(weights[0].values.data(), columns[0]),
                                  items.row(weights[1].values.data(), columns[1] - users_)));
  }
  const double rmse = root_mean_square_error(predictions, data.labels);
  return {.loss = rmse * rmse / 2, .metric = rmse};
}

double MatrixFactorization::flops_per_example(const Dataset&) const {
  return (l2_ != 0 ? 10.0 : 6.0) * rank_ + (width_ > rank_ ? 5 : 0);
}

}  // namespace psgrid
