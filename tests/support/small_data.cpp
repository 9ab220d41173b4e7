#include "tests/support/small_data.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <span>

#include "model/random.hpp"

namespace psgrid {
namespace {

RandomStream stream(std::uint64_t seed, std::uint32_t substream) {
  return RandomStream(seed, worker_id(0), Purpose::kSynthetic, substream);
}

std::vector<Section> with_value(std::vector<Section> weights, std::size_t table, std::size_t place,
                                float value) {
  const std::span<const float> old = weights[table].values.data();
  std::vector<float> values(old.begin(), old.end());
  values[place] = value;
  weights[table].values = Values(std::move(values));
  return weights;
}

}  // namespace

Dataset dense_clouds(std::uint32_t rows, std::uint32_t features, std::uint32_t classes,
                     std::uint64_t seed) {
  Dataset data;
  data.rows = rows;
  data.features = features;
  data.classes = classes;
  // The centres belong to the problem, not to the sample: the same for every seed.
  RandomStream centre = stream(0, 0), noise = stream(seed, 1);
  std::vector<float> centres(std::size_t{classes} * features);
  for (float& value : centres) value = static_cast<float>(2 * centre.normal());
  for (std::uint32_t row = 0; row < rows; ++row) {
    const auto label = static_cast<std::uint32_t>(noise.below(classes));
    data.labels.push_back(static_cast<float>(label));
    for (std::uint32_t f = 0; f < features; ++f)
      data.dense.push_back(centres[label * features + f] + static_cast<float>(noise.normal()));
  }
  return data;
}

Dataset sparse_bags(std::uint32_t rows, std::uint32_t features, std::uint32_t classes,
                    std::uint64_t seed) {
  Dataset data;
  data.rows = rows;
  data.features = features;
  data.classes = classes;
  data.row_begin = {0};
  RandomStream random = stream(seed, 2);
  const std::uint32_t typical = features / (2 * classes);  // columns of one class
  for (std::uint32_t row = 0; row < rows; ++row) {
    const auto label = static_cast<std::uint32_t>(random.below(classes));
    data.labels.push_back(static_cast<float>(label));
    std::set<std::uint32_t> columns;
    for (int i = 0; i < 4; ++i) {
      columns.insert(static_cast<std::uint32_t>(random.below(features)));
      columns.insert(static_cast<std::uint32_t>(label * typical + random.below(typical)));
    }
    for (std::uint32_t column : columns) {
      data.column.push_back(column);
      data.value.push_back(static_cast<float>(0.5 + random.uniform()));
    }
    data.row_begin.push_back(data.column.size());
  }
  return data;
}

Dataset topic_documents(std::uint32_t rows, std::uint32_t words, std::uint32_t topics,
                        std::uint64_t seed) {
  constexpr int kTokens = 30;
  Dataset data;
  data.rows = rows;
  data.features = words;
  data.row_begin = {0};
  RandomStream random = stream(seed, 4);
  const std::uint32_t own = words / topics;
  for (std::uint32_t row = 0; row < rows; ++row) {
    const auto topic = static_cast<std::uint32_t>(random.below(topics));
    std::map<std::uint32_t, float> counts;
    for (int i = 0; i < kTokens; ++i)
      ++counts[static_cast<std::uint32_t>(random.uniform() < 0.9 ? topic * own + random.below(own)
                                                                 : random.below(words))];
    for (const auto& [word, count] : counts) {
      data.column.push_back(word);
      data.value.push_back(count);
    }
    data.labels.push_back(0);
    data.row_begin.push_back(data.column.size());
  }
  return data;
}

Dataset densified(const Dataset& sparse) {
  Dataset data = sparse;
  data.row_begin.clear();
  data.column.clear();
  data.value.clear();
  data.dense.assign(std::size_t{data.rows} * data.features, 0.0f);
  for (std::uint32_t row = 0; row < data.rows; ++row)
    for (std::size_t i = 0; i < sparse.columns_of(row).size(); ++i)
      data.dense[std::size_t{row} * data.features + sparse.columns_of(row)[i]] =
          sparse.values_of(row)[i];
  return data;
}

std::vector<std::uint32_t> all_rows(const Dataset& data) {
  std::vector<std::uint32_t> rows(data.rows);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

std::vector<Section> random_weights(const Learner& learner, const std::vector<KeySet>& keys,
                                    double scale, std::uint64_t seed) {
  RandomStream random = stream(seed, 3);
  std::vector<Section> weights;
  const std::vector<Table> tables = learner.tables();
  for (std::size_t t = 0; t < tables.size(); ++t) {
    std::vector<float> values(keys[t].size() * tables[t].width);
    for (float& value : values) value = static_cast<float>(scale * random.normal());
    weights.push_back({tables[t].id, keys[t], Values(std::move(values))});
  }
  return weights;
}

std::vector<Section> random_weights(const Learner& learner, double scale, std::uint64_t seed) {
  std::vector<KeySet> keys;
  for (const Table& table : learner.tables()) keys.push_back(KeySet::range(0, table.keys));
  return random_weights(learner, keys, scale, seed);
}

std::vector<Section> select(const std::vector<Section>& all, const std::vector<KeySet>& keys) {
  std::vector<Section> selected;
  for (std::size_t t = 0; t < all.size(); ++t) {
    const std::span<const float> from = all[t].values.data();
    const std::uint64_t width = all[t].values.size() / all[t].keys.size();
    std::vector<float> values;
    keys[t].for_each_run([&](Key begin, std::uint64_t count) {
      const auto rows = from.subspan(begin * width, count * width);
      values.insert(values.end(), rows.begin(), rows.end());
    });
    selected.push_back({all[t].table, keys[t], Values(std::move(values))});
  }
  return selected;
}

double gradient_error(Learner& learner, double l2, const Dataset& data,
                      const std::vector<std::uint32_t>& rows, const std::vector<Section>& weights) {
  const Gradient gradient = learner.gradient(data, rows, weights);
  double error = 0;
  for (std::size_t t = 0; t < weights.size(); ++t) {
    const std::span<const float> w = weights[t].values.data();
    const std::size_t width = w.size() / weights[t].keys.size();
    for (std::size_t i = 0; i < w.size(); ++i) {
      const float high = w[i] + 0x1p-10f, low = w[i] - 0x1p-10f;
      const double rise = learner.gradient(data, rows, with_value(weights, t, i, high)).loss -
                          learner.gradient(data, rows, with_value(weights, t, i, low)).loss;
      double expected = rise / (double{high} - low);
      if (i < w.size() - width) expected += l2 * w[i];
      error = std::max(error, std::abs(gradient.sections[t].values.data()[i] - expected));
    }
  }
  return error;
}

}  // namespace psgrid
