#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <zlib.h>

#include "scenarios/load_dataset.hpp"
#include "tests/scenarios/bad_input/case_file.hpp"

namespace psgrid::scenarios {
namespace {

std::string gzipped(const std::string& content) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string input = content;
  std::string output(deflateBound(&stream, input.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(output.data());
  stream.avail_out = static_cast<uInt>(output.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  output.resize(stream.total_out);
  deflateEnd(&stream);
  return output;
}

// The last eight bytes are a checksum and a size.
void damage_checksum(std::string& gzip) {
  char& byte = gzip[gzip.size() - 6];
  byte = static_cast<char>(byte ^ 0x55);
}

class BadData : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::string name = test->name();
    for (char& c : name) c = c == '/' ? '-' : c;
    directory_ = std::filesystem::path(testing::TempDir()) / ("bad-data-" + name);
    std::filesystem::create_directories(directory_);
    previous_ = std::filesystem::current_path();
    std::filesystem::current_path(directory_);
  }
  void TearDown() override {
    std::filesystem::current_path(previous_);
    std::filesystem::remove_all(directory_);
  }

  static void write(const std::string& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
  }

 private:
  std::filesystem::path directory_, previous_;
};

// "csv label_column=7 transform=log1p": format and settings.
DataSpec spec_of(const std::string& line) {
  DataSpec spec;
  spec.file = "data";
  spec.test_fraction = 0.5;
  const auto has = [&](const char* word) { return line.find(word) != std::string::npos; };
  if (has("csv")) spec.format = DataFormat::kCsv;
  if (has("ratings")) spec.format = DataFormat::kRatings;
  if (has("lda_c")) spec.format = DataFormat::kLdaC;
  spec.numeric_labels = has("ratings") || has("lda_c");
  if (has("idx")) spec.format = DataFormat::kIdx;
  if (has("idx")) spec.labels = "labels";
  if (has("label_column=7")) spec.label_column = 7;
  if (has("features=3")) spec.features = 3;
  if (has("log1p")) spec.transform = Transform::kLog1p;
  if (has("standardize")) spec.transform = Transform::kStandardize;
  if (has("log1p_standardize")) spec.transform = Transform::kLog1pStandardize;
  if (has("missing")) spec.file = "missing";
  if (has("directory")) spec.file = ".";
  if (has("test_file")) spec.test_file = "test";
  return spec;
}

TEST_P(BadData, IsRefusedWith) {
  std::string settings, data;
  for (const auto& [kind, text] : GetParam().blocks) {
    if (kind == '=') settings = text;
    if (kind == '|') data = text;
    if (kind == '/') write("labels", text);
    if (kind == '+') write("test", text);
  }
  if (settings.find("gzip") != std::string::npos) data = gzipped(data);
  if (settings.find("truncated") != std::string::npos) data.resize(data.size() - 10);
  if (settings.find("damaged") != std::string::npos) damage_checksum(data);
  if (settings.find("trailing") != std::string::npos) data += "and more";
  write("data", data);
  const Result<TrainTest> loaded = load_dataset(spec_of(settings), 1);
  ASSERT_FALSE(loaded);
  std::string messages;
  for (const InputError& error : loaded.errors)
    messages += (messages.empty() ? "" : "\n") + to_string(error);
  ASSERT_EQ(GetParam().all('>').size(), 1u);
  EXPECT_EQ(messages, GetParam().all('>').front());
}

INSTANTIATE_TEST_SUITE_P(Table, BadData, testing::ValuesIn(read_cases("data_files.txt")),
                         [](const auto& row) { return test_name(row.param.title); });

}  // namespace
}  // namespace psgrid::scenarios
