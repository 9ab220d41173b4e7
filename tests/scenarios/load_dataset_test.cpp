#include "scenarios/load_dataset.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace psgrid::scenarios {
namespace {

const std::string kData = std::string(PSGRID_SOURCE_DIR) + "/scenarios/data/";

DataSpec libsvm(const std::string& file) {
  DataSpec spec;
  spec.file = file;
  spec.format = DataFormat::kLibsvm;
  return spec;
}

class SmallFile : public testing::Test {
 protected:
  DataSpec with(const std::string& text) {
    std::ofstream(path_) << text;
    DataSpec spec = libsvm(path_);
    spec.test_fraction = 0.5;
    return spec;
  }
  void TearDown() override { std::filesystem::remove(path_); }

  const std::string path_ = testing::TempDir() + "psgrid-" +
                            testing::UnitTest::GetInstance()->current_test_info()->name() +
                            ".libsvm";
};

TEST(LoadDataset, ReadsSpambaseDense) {
  const auto data = load_dataset(libsvm(kData + "spambase.libsvm.gz"), 7);
  ASSERT_TRUE(data);
  EXPECT_FALSE(data->train.is_sparse());
  EXPECT_EQ(data->train.features, 57u);
  EXPECT_EQ(data->train.classes, 2u);
  EXPECT_EQ(data->test.rows, 920u) << "a fifth of 4,601";
  EXPECT_EQ(data->train.rows + data->test.rows, 4601u);
  const auto spam = std::count(data->train.labels.begin(), data->train.labels.end(), 1.0F) +
                    std::count(data->test.labels.begin(), data->test.labels.end(), 1.0F);
  EXPECT_EQ(spam, 1813);
}

TEST(LoadDataset, ReadsHashedMailsSparse) {
  const auto data = load_dataset(libsvm(kData + "spamassassin-hash16.libsvm.gz"), 7);
  ASSERT_TRUE(data);
  EXPECT_TRUE(data->train.is_sparse());
  EXPECT_EQ(data->train.rows + data->test.rows, 3023u);
  EXPECT_TRUE(data->train.dense.empty());
}

TEST(LoadDataset, ReadsImagesWithATestFile) {
  DataSpec spec;
  spec.format = DataFormat::kIdx;
  spec.file = kData + "fmnist14-train6000-images.idx.gz";
  spec.labels = kData + "fmnist14-train6000-labels.idx.gz";
  spec.test_file = kData + "fmnist14-test1000-images.idx.gz";
  spec.test_labels = kData + "fmnist14-test1000-labels.idx.gz";
  const auto data = load_dataset(spec, 7);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->train.rows, 6000u);
  EXPECT_EQ(data->train.features, 196u);
  EXPECT_EQ(data->train.classes, 10u);
  EXPECT_EQ(data->test.rows, 1000u);
  EXPECT_LE(*std::max_element(data->train.dense.begin(), data->train.dense.end()), 1.0F);
}

TEST(LoadDataset, ReadsDigitsFromCsv) {
  DataSpec spec;
  spec.format = DataFormat::kCsv;
  spec.file = kData + "digits.csv.gz";
  const auto data = load_dataset(spec, 7);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->train.rows + data->test.rows, 1797u);
  EXPECT_EQ(data->train.features, 64u);
  EXPECT_EQ(data->train.classes, 10u);
}

TEST(LoadDataset, DependsOnTheSeedAlone) {
  const DataSpec spec = libsvm(kData + "spambase.libsvm.gz");
  const auto one = load_dataset(spec, 1), same = load_dataset(spec, 1),
             other = load_dataset(spec, 2);
  EXPECT_EQ(one->train.dense, same->train.dense);
  EXPECT_EQ(one->test.labels, same->test.labels);
  EXPECT_NE(one->train.dense, other->train.dense);
}

TEST_F(SmallFile, IsPermutedWithoutLoss) {
  const auto data = load_dataset(with("0 1:1\n1 1:2\n0 1:3\n1 1:4\n0 1:5\n1 1:6\n"), 3);
  ASSERT_TRUE(data);
  std::vector<float> values = data->train.dense;
  values.insert(values.end(), data->test.dense.begin(), data->test.dense.end());
  for (const Dataset* part : {&data->train, &data->test})
    for (std::uint32_t row = 0; row < part->rows; ++row)
      EXPECT_EQ(static_cast<int>(part->dense[row]) % 2 == 0, part->labels[row] == 1)
          << "a label stays with its row";
  std::sort(values.begin(), values.end());
  EXPECT_EQ(values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST_F(SmallFile, SplitsByASeedOfItsOwn) {
  DataSpec spec = with("0 1:1\n1 1:2\n0 1:3\n1 1:4\n0 1:5\n1 1:6\n0 1:7\n1 1:8\n");
  const auto by_run = load_dataset(spec, 5);
  spec.split_seed = 5;
  const auto by_itself = load_dataset(spec, 6);
  ASSERT_TRUE(by_run && by_itself);
  EXPECT_EQ(by_itself->train.dense, by_run->train.dense);
  EXPECT_EQ(by_itself->test.dense, by_run->test.dense);
}

TEST_F(SmallFile, StandardizesByTheTrainingPart) {
  DataSpec spec = with("0 1:1 2:5\n1 1:2 2:5\n0 1:3 2:5\n1 1:4 2:5\n0 1:9 2:5\n1 1:6 2:5\n");
  spec.transform = Transform::kStandardize;
  const auto data = load_dataset(spec, 3);
  ASSERT_TRUE(data);
  double sum = 0, squares = 0;
  for (std::uint32_t row = 0; row < data->train.rows; ++row) {
    sum += data->train.dense_row(row)[0];
    squares += std::pow(data->train.dense_row(row)[0], 2);
    EXPECT_EQ(data->train.dense_row(row)[1], 0) << "a constant feature";
  }
  EXPECT_NEAR(sum, 0, 1e-5);
  EXPECT_NEAR(squares / data->train.rows, 1, 1e-5);
}

TEST_F(SmallFile, ScalesSparseDataByTheLargest) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "1 " + std::to_string(i % 4 + 1) + ":-8 100:2\n0 50:4\n";
  DataSpec spec = with(text);
  spec.transform = Transform::kMaxAbs;
  const auto data = load_dataset(spec, 3);
  ASSERT_TRUE(data);
  ASSERT_TRUE(data->train.is_sparse());
  for (const float value : data->train.value) EXPECT_EQ(std::abs(value), 1);
}

TEST_F(SmallFile, TakesLogarithms) {
  DataSpec spec = with("0 1:1 2:3\n1 1:1 2:3\n");
  spec.transform = Transform::kLog1p;
  const auto data = load_dataset(spec, 3);
  ASSERT_TRUE(data);
  EXPECT_NEAR(data->train.dense[0], std::log(2.0), 1e-6);
  EXPECT_NEAR(data->test.dense[1], std::log(4.0), 1e-6);
}

TEST_F(SmallFile, StandardizesLogarithms) {
  const std::string rows = "0 1:1\n1 1:2\n0 1:3\n1 1:4\n0 1:9\n1 1:6\n";
  DataSpec logarithms = with(rows), both = with(rows);
  logarithms.transform = Transform::kLog1p;
  both.transform = Transform::kLog1pStandardize;
  const auto plain = load_dataset(logarithms, 3), scaled = load_dataset(both, 3);
  ASSERT_TRUE(plain && scaled);
  const std::vector<float>& values = plain->train.dense;
  const auto count = static_cast<double>(values.size());
  double mean = 0, variance = 0;
  for (const float value : values) mean += value / count;
  for (const float value : values) variance += std::pow(value - mean, 2) / count;
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(scaled->train.dense[i], (values[i] - mean) / std::sqrt(variance), 1e-5);
}

TEST_F(SmallFile, KeepsNumbersAsLabels) {
  DataSpec spec = with("0.5 1:1\n-17.25 1:2\n");
  spec.numeric_labels = true;
  const auto data = load_dataset(spec, 3);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->train.classes, 0u);
  EXPECT_EQ(data->train.labels[0] + data->test.labels[0], -16.75F);
}

TEST(LoadDataset, DrawsSyntheticData) {
  DataSpec spec;
  spec.synthetic = SyntheticSpec{.rows = 50, .features = 3, .noise = 1};
  spec.numeric_labels = true;
  const auto one = load_dataset(spec, 1), same = load_dataset(spec, 1),
             other = load_dataset(spec, 2);
  ASSERT_TRUE(one && same && other);
  EXPECT_EQ(one->train.rows, 40u);
  EXPECT_EQ(one->test.rows, 10u);
  EXPECT_EQ(one->train.dense, same->train.dense);
  EXPECT_NE(one->train.dense, other->train.dense);
}

TEST(LoadDataset, ReadsDocuments) {
  DataSpec spec;
  spec.format = DataFormat::kLdaC;
  spec.file = kData + "austen.ldac.gz";
  spec.numeric_labels = true;
  const auto data = load_dataset(spec, 7);
  ASSERT_TRUE(data);
  EXPECT_TRUE(data->train.is_sparse());
  EXPECT_EQ(data->train.rows, 216u);
  EXPECT_EQ(data->train.rows + data->test.rows, 270u);
  EXPECT_EQ(data->train.features, 5108u);
  double words = 0;
  for (const Dataset* part : {&data->train, &data->test})
    for (const float count : part->value) words += count;
  EXPECT_EQ(words, 180'534);
}

TEST_F(SmallFile, KeepsRatingsSparse) {
  DataSpec spec = with("1 10 3\n1 20 4\n2 10 5\n2 20 1\n");
  spec.format = DataFormat::kRatings;
  spec.numeric_labels = true;
  const auto data = load_dataset(spec, 3);
  ASSERT_TRUE(data);
  EXPECT_TRUE(data->train.is_sparse()) << "though half of all columns";
  EXPECT_EQ(data->train.users, 2u);
  EXPECT_EQ(data->test.users, 2u);
  EXPECT_EQ(data->train.features, 4u);
  EXPECT_EQ(data->train.rows, 2u);
}

TEST(CheckDataset, WantsTwoClassesForLogisticRegression) {
  JobSpec job;
  Dataset data;
  data.classes = 2;
  EXPECT_TRUE(check_dataset(job, data).empty());
  data.classes = 10;
  EXPECT_EQ(check_dataset(job, data).size(), 1u);
  job.learner.type = LearnerType::kSoftmaxRegression;
  EXPECT_TRUE(check_dataset(job, data).empty());
}

TEST(CheckDataset, WantsAFeatureABlock) {
  JobSpec job;
  job.learner = {.type = LearnerType::kSparseLogisticRegression, .blocks = 5};
  Dataset data;
  data.classes = 2;
  data.features = 4;
  EXPECT_EQ(check_dataset(job, data).size(), 1u);
  data.features = 5;
  EXPECT_TRUE(check_dataset(job, data).empty());
}

TEST(CheckDataset, WantsDocumentsForEveryWorker) {
  JobSpec job;
  job.learner = {.type = LearnerType::kLda, .workers = 4};
  Dataset data;
  data.rows = 3;
  EXPECT_EQ(check_dataset(job, data).size(), 1u);
  data.rows = 4;
  EXPECT_TRUE(check_dataset(job, data).empty());
}

TEST(CheckDataset, WantsCountsThatStayExact) {
  JobSpec job;
  job.learner.type = LearnerType::kLda;
  Dataset data;
  data.value = {16'000'000, 777'216};
  EXPECT_TRUE(check_dataset(job, data).empty());
  data.value.push_back(1);
  EXPECT_EQ(check_dataset(job, data).size(), 1u);
}

}  // namespace
}  // namespace psgrid::scenarios
