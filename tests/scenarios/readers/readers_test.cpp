// What the readers accept; what they refuse is in tests/scenarios/bad_input/data_files.txt.
#include <gtest/gtest.h>

#include "scenarios/readers/csv.hpp"
#include "scenarios/readers/file.hpp"
#include "scenarios/readers/idx.hpp"
#include "scenarios/readers/libsvm.hpp"
#include "scenarios/readers/trace.hpp"

namespace psgrid::scenarios {
namespace {

using Floats = std::vector<float>;

TEST(Libsvm, ReadsSparseRows) {
  const auto raw = read_libsvm(
      "+1 1:0.5 3:-2e1 # a comment\n"
      "\n"
      "-1\t2:1  \r\n"
      "-1\n"
      "+1 1:0 4:1",
      "name");
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->data.rows, 4u);
  EXPECT_EQ(raw->data.features, 4u);
  EXPECT_EQ(raw->data.labels, (Floats{1, -1, -1, 1}));
  EXPECT_EQ(raw->data.row_begin, (std::vector<std::uint64_t>{0, 2, 3, 3, 4}));
  EXPECT_EQ(raw->data.column, (std::vector<std::uint32_t>{0, 2, 1, 3})) << "zeros are not stored";
  EXPECT_EQ(raw->data.value, (Floats{0.5F, -20, 1, 1}));
  EXPECT_EQ(raw->line, (std::vector<std::uint64_t>{1, 3, 4, 5}));
}

TEST(Libsvm, TakesTheNumberOfFeaturesThatItIsGiven) {
  EXPECT_EQ(read_libsvm("1 2:1\n", "name", 10)->data.features, 10u);
}

RawData labelled(Floats labels) {
  RawData raw;
  raw.data.rows = static_cast<std::uint32_t>(labels.size());
  raw.data.labels = std::move(labels);
  return raw;
}

TEST(Classes, CountFromZero) {
  struct Row {
    Floats labels, expected;
    std::uint32_t classes;
  };
  const Row rows[] = {{{1, -1, 1}, {1, 0, 1}, 2}, {{0, 1, 1}, {0, 1, 1}, 2}, {{-1, -1}, {0, 0}, 2},
                      {{1, 2, 3}, {0, 1, 2}, 3},  {{0, 4, 2}, {0, 4, 2}, 5}, {{1, 3}, {1, 3}, 4},
                      {{0, 0}, {0, 0}, 2}};
  for (const Row& row : rows) {
    RawData raw = labelled(row.labels);
    EXPECT_TRUE(assign_classes(raw, nullptr).empty());
    EXPECT_EQ(raw.data.labels, row.expected);
    EXPECT_EQ(raw.data.classes, row.classes);
  }
}

TEST(Classes, AreTheSameInBothParts) {
  RawData train = labelled({1, 2}), test = labelled({3});
  EXPECT_TRUE(assign_classes(train, &test).empty());
  EXPECT_EQ(train.data.classes, 3u);
  EXPECT_EQ(test.data.classes, 3u);
  EXPECT_EQ(test.data.labels, (Floats{2}));
}

TEST(Csv, ReadsRowsWithOrWithoutHeader) {
  for (const char* text : {"a,\"b\",label\n1,2.5,0\n\n3, 4 ,1\r\n", "1,2.5,0\n3,4,1"}) {
    const auto raw = read_csv(text, "name");
    ASSERT_TRUE(raw) << text;
    EXPECT_EQ(raw->data.dense, (Floats{1, 2.5F, 3, 4}));
    EXPECT_EQ(raw->data.labels, (Floats{0, 1}));
    EXPECT_EQ(raw->data.features, 2u);
  }
}

TEST(Csv, TakesTheLabelFromAnyColumn) {
  EXPECT_EQ(read_csv("7,1,2\n", "name", 0)->data.labels, (Floats{7}));
  EXPECT_EQ(read_csv("1,7,2\n", "name", -2)->data.labels, (Floats{7}));
  EXPECT_EQ(read_csv("1,7,2\n", "name", 1)->data.dense, (Floats{1, 2}));
}

TEST(Idx, ScalesPixels) {
  const std::string images("\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x02\x00\xff\x33\x00", 20);
  const std::string labels("\0\0\x08\x01\0\0\0\x02\x03\x01", 10);
  const auto raw = read_idx(images, "images", labels, "labels");
  ASSERT_TRUE(raw) << to_string(raw.errors[0]);
  EXPECT_EQ(raw->data.features, 2u);
  EXPECT_EQ(raw->data.dense, (Floats{0, 1, 0.2F, 0}));
  EXPECT_EQ(raw->data.labels, (Floats{3, 1}));
}

TEST(Trace, SortsByTimeAndExpandsRanges) {
  ClusterSpec cluster;
  cluster.workers = 3;
  const auto trace = read_trace("5,server[0],2\n1.5,worker[1-2],3\n", "name", cluster);
  ASSERT_TRUE(trace);
  ASSERT_EQ(trace->size(), 3u);
  EXPECT_EQ((*trace)[0].node, worker_id(1));
  EXPECT_EQ((*trace)[1].node, worker_id(2));
  EXPECT_EQ((*trace)[2].node, server_id(0));
  EXPECT_EQ((*trace)[2].time, 5);
}

// echo -n hello | gzip -n
constexpr char kHello[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00"
    "\x00\x00";

TEST(Gzip, HoldsOneOrMoreMembers) {
  const std::string hello(kHello, sizeof kHello - 1);
  EXPECT_TRUE(is_gzip(hello));
  EXPECT_EQ(*gunzip(hello, "name"), "hello");
  EXPECT_EQ(*gunzip(hello + hello, "name"), "hellohello");
}

TEST(Gzip, IsRefusedWhereverItIsCut) {
  const std::string hello(kHello, sizeof kHello - 1);
  for (std::size_t size = 2; size < hello.size(); ++size)
    EXPECT_FALSE(gunzip(hello.substr(0, size), "name")) << size;
}

TEST(Gzip, IsNotUnpackedWithoutLimit) {
  const auto content = gunzip(std::string(kHello, sizeof kHello - 1), "name", 4);
  ASSERT_FALSE(content);
  EXPECT_EQ(content.errors[0].message, "found more than 4 bytes of content, expected at most that");
}

TEST(ReadFile, RefusesDevicesAndLargeFiles) {
  EXPECT_FALSE(read_file("/dev/zero"));
  EXPECT_FALSE(read_file(PSGRID_SOURCE_DIR "/scenarios/data/README.md", 10));
}

}  // namespace
}  // namespace psgrid::scenarios
