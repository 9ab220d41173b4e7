#include "model/learners/vector_math.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "model/random.hpp"

namespace psgrid {
namespace {

std::vector<float> noise(std::size_t n, std::uint32_t substream = 0) {
  RandomStream random(1, worker_id(0), Purpose::kTest, substream);
  std::vector<float> values(n);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

// Copies of `values` that start 0, 4, 8 and 12 bytes after a 16-byte boundary.
struct Shifted {
  explicit Shifted(const std::vector<float>& values) : size(values.size()) {
    for (std::size_t shift = 0; shift < 4; ++shift) {
      copies.emplace_back(shift, 0.0f);
      copies.back().insert(copies.back().end(), values.begin(), values.end());
    }
  }
  std::span<float> at(std::size_t shift) { return std::span(copies[shift]).last(size); }
  std::size_t size;
  std::vector<std::vector<float>> copies;
};

TEST(VectorMath, DotIsTheSumOfProducts) {
  for (std::size_t n : {0u, 1u, 7u, 8u, 9u, 57u, 1000u}) {
    const std::vector<float> a = noise(n, 0), b = noise(n, 1);
    double expected = 0;
    for (std::size_t i = 0; i < n; ++i) expected += double{a[i]} * b[i];
    EXPECT_NEAR(dot(a, b), expected, 1e-4) << n;
  }
}

TEST(VectorMath, DotDoesNotDependOnAlignment) {
  const std::vector<float> values_a = noise(57, 0), values_b = noise(57, 1);
  Shifted a(values_a), b(values_b);
  const float expected = dot(values_a, values_b);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) EXPECT_EQ(dot(a.at(i), b.at(j)), expected);
}

TEST(VectorMath, AddScaledDoesNotDependOnAlignment) {
  const std::vector<float> x_values = noise(57, 0), y_values = noise(57, 1);
  std::vector<float> expected = y_values;
  for (std::size_t i = 0; i < 57; ++i) expected[i] += 0.3f * x_values[i];
  Shifted x(x_values);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      Shifted y(y_values);
      add_scaled(y.at(i), 0.3f, x.at(j));
      const std::span<float> result = y.at(i);
      EXPECT_EQ(std::vector<float>(result.begin(), result.end()), expected);
    }
}

TEST(VectorMath, ProductsDoNotDependOnAlignment) {
  fix_product_blocking();
  struct Shape {
    Eigen::Index rows, depth, cols;
  };
  for (const Shape& s : {Shape{1, 197, 32}, {32, 197, 10}, {32, 33, 1}, {3, 5, 7}, {5, 3000, 3}}) {
    const std::vector<float> a_values = noise(static_cast<std::size_t>(s.rows * s.depth), 0);
    const std::vector<float> b_values = noise(static_cast<std::size_t>(s.depth * s.cols), 1);
    const Matrix a = ConstMatrixMap(a_values.data(), s.rows, s.depth);
    const Matrix expected = a * ConstMatrixMap(b_values.data(), s.depth, s.cols);
    Shifted b(b_values);
    for (std::size_t i = 0; i < 4; ++i) {
      const Matrix found = a * ConstMatrixMap(b.at(i).data(), s.depth, s.cols);
      EXPECT_EQ(found, expected) << s.rows << "x" << s.depth << "x" << s.cols << " shift " << i;
    }
  }
}

// Unfixed, these would be the sizes of this machine's caches.
TEST(VectorMath, ProductsAreBlockedForFixedCaches) {
  fix_product_blocking();
  EXPECT_EQ(Eigen::l1CacheSize(), 32 << 10);
  EXPECT_EQ(Eigen::l2CacheSize(), 512 << 10);
  EXPECT_EQ(Eigen::l3CacheSize(), 4 << 20);
}

TEST(VectorMathDeathTest, RefusesVectorsOfDifferentLength) {
  const std::vector<float> a(3), b(4);
  EXPECT_DEATH(dot(a, b), "vectors of equal length");
}

}  // namespace
}  // namespace psgrid
