// Any bytes as a data file; the first chooses the reader. What is accepted must be consistent.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "scenarios/readers/csv.hpp"
#include "scenarios/readers/file.hpp"
#include "scenarios/readers/idx.hpp"
#include "scenarios/readers/lda_c.hpp"
#include "scenarios/readers/libsvm.hpp"
#include "scenarios/readers/ratings.hpp"
#include "scenarios/readers/trace.hpp"

namespace {

using namespace psgrid;
using namespace psgrid::scenarios;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "expected %s\n", what);
  std::abort();
}

void check_rows(const Dataset& data) {
  expect(data.labels.size() == data.rows, "a label for each row");
  if (!data.is_sparse()) {
    expect(data.dense.size() == std::size_t{data.rows} * data.features, "all dense values");
    for (const float value : data.dense) expect(std::isfinite(value), "finite values");
    return;
  }
  expect(data.row_begin.size() == std::size_t{data.rows} + 1, "an offset for each row");
  expect(data.row_begin.back() == data.column.size(), "a column for each value");
  expect(data.column.size() == data.value.size(), "a value for each column");
  for (std::uint32_t row = 0; row < data.rows; ++row) {
    std::int64_t previous = -1;
    for (const std::uint32_t column : data.columns_of(row)) {
      expect(column > previous && column < data.features, "rising columns");
      previous = column;
    }
  }
  for (const float value : data.value) expect(std::isfinite(value), "finite values");
}

void check(Result<RawData> raw) {
  if (!raw) return expect(!raw.errors.empty(), "a reason");
  check_rows(raw->data);
  if (!assign_classes(*raw, nullptr).empty()) return;
  for (const float label : raw->data.labels)
    expect(label >= 0 && label < static_cast<float>(raw->data.classes), "labels below classes");
  if (raw->data.is_sparse() && density(raw->data) >= 0.125) check_rows(to_dense(raw->data));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  ClusterSpec cluster;
  cluster.workers = 100;
  switch (data[0]) {
    case 'l':
      check(read_libsvm(text, "l"));
      break;
    case 'f':
      check(read_libsvm(text, "f", 10));
      break;
    case 'c':
      check(read_csv(text, "c"));
      break;
    case 'n':
      check(read_csv(text, "n", -2, 3));
      break;
    case 'i': {  // two equal halves: images, labels
      const std::size_t half = text.size() / 2;
      check(read_idx(text.substr(0, half), "images", text.substr(half), "labels"));
      break;
    }
    case 'd':
      check(read_lda_c(text, "d"));
      break;
    case 'r':
      if (const auto ratings = read_ratings(text, "r"); ratings) {
        const RawData rows = index_ratings(*ratings, {}).train;
        check_rows(rows.data);
        expect(rows.data.users <= rows.data.features, "users among the columns");
      }
      break;
    case 't':
      read_trace(text, "t", cluster);
      break;
    default:
      gunzip(text, "g", 1 << 20);
      break;
  }
  return 0;
}
