// Small data sets that learners can learn, and tools to look at learners, for tests.
#pragma once

#include <cstdint>
#include <vector>

#include "model/dataset.hpp"
#include "model/learner.hpp"

namespace psgrid {

// Gaussian clouds, one a class, one unit wide around random centres.
Dataset dense_clouds(std::uint32_t rows, std::uint32_t features, std::uint32_t classes,
                     std::uint64_t seed = 1);

// Bags of columns: each row has a few random columns, with values, and some typical of its class.
Dataset sparse_bags(std::uint32_t rows, std::uint32_t features, std::uint32_t classes,
                    std::uint64_t seed = 1);

// Documents of 30 words each, most of them from the words of one topic (an equal range for each).
Dataset topic_documents(std::uint32_t rows, std::uint32_t words, std::uint32_t topics,
                        std::uint64_t seed = 1);

// The same examples with all zeros written out.
Dataset densified(const Dataset& sparse);

// Rows 0, ..., data.rows - 1.
std::vector<std::uint32_t> all_rows(const Dataset& data);

// A section for each table of the learner with these keys and random values, as pulled weights.
std::vector<Section> random_weights(const Learner& learner, const std::vector<KeySet>& keys,
                                    double scale = 0.5, std::uint64_t seed = 1);

// The same for all keys of all tables.
std::vector<Section> random_weights(const Learner& learner, double scale = 0.5,
                                    std::uint64_t seed = 1);

// The rows that `keys` select from weights with all keys.
std::vector<Section> select(const std::vector<Section>& all, const std::vector<KeySet>& keys);

// The largest difference between the learner's gradient and central differences of its loss (plus
// l2/2 |w|^2 over pulled weights but the last key of each table), over all pulled values.
double gradient_error(Learner& learner, double l2, const Dataset& data,
                      const std::vector<std::uint32_t>& rows, const std::vector<Section>& weights);

}  // namespace psgrid
