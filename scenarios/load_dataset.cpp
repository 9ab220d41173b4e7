#include "scenarios/load_dataset.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "model/random.hpp"
#include "model/synthetic.hpp"
#include "scenarios/readers/csv.hpp"
#include "scenarios/readers/file.hpp"
#include "scenarios/readers/idx.hpp"
#include "scenarios/readers/lda_c.hpp"
#include "scenarios/readers/libsvm.hpp"
#include "scenarios/readers/ratings.hpp"
#include "scenarios/readers/raw_data.hpp"
#include "scenarios/readers/text.hpp"
#include "scenarios/transforms.hpp"

namespace psgrid::scenarios {
namespace {

// Below this share of non-zeros, compressed rows take less memory and time than dense ones.
constexpr double kDenseFrom = 0.125;

Result<RawData> read_raw(const DataSpec& spec, const std::string& file, const std::string& labels,
                         std::uint32_t features) {
  const Result<std::string> text = read_text(file);
  if (!text) return text.errors;
  switch (spec.format) {
    case DataFormat::kLibsvm:
      return read_libsvm(*text, file, features);
    case DataFormat::kCsv:
      return read_csv(*text, file, spec.label_column, features);
    case DataFormat::kLdaC:
      return read_lda_c(*text, file, features);
    case DataFormat::kIdx:
    case DataFormat::kRatings:
      break;
  }
  const Result<std::string> label_bytes = read_text(labels);
  if (!label_bytes) return label_bytes.errors;
  return read_idx(*text, file, *label_bytes, labels, features);
}

Dataset select_rows(const Dataset& data, std::span<const std::uint32_t> rows) {
  Dataset part;
  part.rows = static_cast<std::uint32_t>(rows.size());
  part.features = data.features;
  part.users = data.users;
  part.classes = data.classes;
  if (data.is_sparse()) part.row_begin.push_back(0);
  for (const std::uint32_t row : rows) {
    part.labels.push_back(data.labels[row]);
    if (data.is_sparse()) {
      const auto columns = data.columns_of(row);
      const auto values = data.values_of(row);
      part.column.insert(part.column.end(), columns.begin(), columns.end());
      part.value.insert(part.value.end(), values.begin(), values.end());
      part.row_begin.push_back(part.column.size());
    } else {
      const auto values = data.dense_row(row);
      part.dense.insert(part.dense.end(), values.begin(), values.end());
    }
  }
  return part;
}

std::vector<std::uint32_t> permutation(std::uint32_t rows, std::uint64_t seed) {
  std::vector<std::uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0U);
  RandomStream(seed, manager_id(0), Purpose::kDataSplit).shuffle(order);
  return order;
}

// Both parts in the same storage, labels as classes.
Result<TrainTest> split(RawData& train, RawData* test, const DataSpec& spec, std::uint64_t seed) {
  std::vector<InputError> errors;
  if (!spec.numeric_labels) errors = assign_classes(train, test);
  if (!errors.empty()) return errors;
  const bool stays_sparse = train.data.users > 0 || spec.format == DataFormat::kLdaC;
  if (!stays_sparse && train.data.is_sparse() && density(train.data) >= kDenseFrom) {
    train.data = to_dense(train.data);
    if (test) test->data = to_dense(test->data);
  }
  const std::vector<std::uint32_t> order = permutation(train.data.rows, seed);
  if (test) return TrainTest{select_rows(train.data, order), std::move(test->data)};
  const auto held_out = static_cast<std::size_t>(
      std::floor(spec.test_fraction * static_cast<double>(order.size()) + 0.5));
  if (held_out == 0 || held_out >= order.size())
    return InputError{spec.file, 0, 0, "",
                      "found too few rows (" + std::to_string(order.size()) +
                          "), expected some in both parts of the split"};
  const std::span<const std::uint32_t> rows(order);
  return TrainTest{select_rows(train.data, rows.subspan(held_out)),
                   select_rows(train.data, rows.first(held_out))};
}

InputError no_examples(const std::string& file) {
  return {file, 0, 0, "", "found no examples, expected at least one"};
}

Result<std::vector<Rating>> read_some_ratings(const std::string& file) {
  const Result<std::string> text = read_text(file);
  if (!text) return text.errors;
  Result<std::vector<Rating>> ratings = read_ratings(*text, file);
  if (ratings && ratings->empty()) return no_examples(file);
  return ratings;
}

Result<TrainTest> load_ratings(const DataSpec& spec, std::uint64_t seed) {
  const Result<std::vector<Rating>> train = read_some_ratings(spec.file);
  if (!train) return train.errors;
  if (spec.test_file.empty()) {
    RatingsData data = index_ratings(*train, {});
    return split(data.train, nullptr, spec, seed);
  }
  const Result<std::vector<Rating>> test = read_some_ratings(spec.test_file);
  if (!test) return test.errors;
  RatingsData data = index_ratings(*train, *test);
  return split(data.train, &data.test, spec, seed);
}

// Workers would share a row, which would count twice.
std::optional<std::string> too_few_rows(const JobSpec& job, const Dataset& train) {
  if (train.rows >= job.learner.workers) return {};
  return "found " + std::to_string(train.rows) + " training examples for " +
         std::to_string(job.learner.workers) + " workers, expected at least one for each";
}

// Counts are float32, which holds integers up to 2^24.
std::optional<std::string> too_many_words(const Dataset& documents) {
  double words = 0;
  for (const float count : documents.value) words += count;
  if (words <= 1 << 24) return {};
  return "found " + number_text(words) +
         " words, expected at most 16777216, up to which counts are exact";
}

}  // namespace

Result<TrainTest> load_dataset(const DataSpec& spec, std::uint64_t seed) {
  if (spec.synthetic) {
    RawData drawn{.file = "", .data = make_synthetic(*spec.synthetic, seed), .line = {}};
    return split(drawn, nullptr, spec, spec.split_seed.value_or(seed));
  }
  if (spec.format == DataFormat::kRatings)
    return load_ratings(spec, spec.split_seed.value_or(seed));
  Result<RawData> train = read_raw(spec, spec.file, spec.labels, spec.features);
  if (!train) return train.errors;
  if (train->data.rows == 0 || train->data.features == 0) return no_examples(spec.file);
  Result<RawData> test;
  const bool has_test = !spec.test_file.empty();
  if (has_test) {
    test = read_raw(spec, spec.test_file, spec.test_labels, train->data.features);
    if (!test) return test.errors;
    if (test->data.rows == 0) return no_examples(spec.test_file);
  }
  std::vector<InputError> errors = check_transform(*train, spec.transform);
  if (errors.empty() && has_test) errors = check_transform(*test, spec.transform);
  if (!errors.empty()) return errors;
  Result<TrainTest> parts =
      split(*train, has_test ? &*test : nullptr, spec, spec.split_seed.value_or(seed));
  if (!parts) return parts;
  if (standardizes(spec.transform) && parts->train.is_sparse())
    return InputError{spec.file, 0, 0, "",
                      "found sparse data, expected dense data to standardize "
                      "(\"max_abs\" keeps zeros)"};
  apply_transform(parts->train, parts->test, spec.transform);
  return parts;
}

std::vector<InputError> check_dataset(const JobSpec& job, const Dataset& train) {
  const std::string file = job.data ? job.data->file : "";
  const auto error = [&](std::string message) {
    return std::vector<InputError>{{file, 0, 0, "", std::move(message)}};
  };
  switch (job.learner.type) {
    case LearnerType::kLda:
      if (const auto message = too_few_rows(job, train)) return error(*message);
      if (const auto message = too_many_words(train)) return error(*message);
      return {};
    case LearnerType::kSparseLogisticRegression:
      if (const auto message = too_few_rows(job, train)) return error(*message);
      if (job.learner.blocks > train.features)
        return error("found " + std::to_string(train.features) + " features, expected at least " +
                     std::to_string(job.learner.blocks) + ", one a block");
      [[fallthrough]];
    case LearnerType::kLogisticRegression:
    case LearnerType::kSvm:
      if (train.classes == 2) return {};
      return error("found " + std::to_string(train.classes) +
                   " classes, expected 2 for a learner of two classes (more: "
                   "\"softmax_regression\")");
    default:
      return {};
  }
}

}  // namespace psgrid::scenarios
