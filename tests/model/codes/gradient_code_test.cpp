#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "model/codes/cyclic_code.hpp"
#include "model/random.hpp"

namespace psgrid {
namespace {

// What the pushes of `pieces` come to for each part, which should be 1; and how much of it cancels
// out.
struct Decoded {
  std::vector<double> share, growth;
};
Decoded decoded(const Code& code, std::uint32_t workers, const std::vector<std::uint32_t>& pieces) {
  const std::vector<double> factors = code.decoding(pieces);
  Decoded result{std::vector<double>(workers), std::vector<double>(workers)};
  EXPECT_EQ(factors.size(), pieces.size());
  for (std::size_t i = 0; i < pieces.size(); ++i)
    for (const Code::Part& part : code.parts_of(pieces[i])) {
      result.share[part.number] += factors[i] * part.coefficient;
      result.growth[part.number] += std::abs(factors[i] * part.coefficient);
    }
  return result;
}

std::vector<std::uint32_t> any_of(RandomStream& random, std::uint32_t workers, std::uint32_t some) {
  std::vector<std::uint32_t> all(workers);
  std::iota(all.begin(), all.end(), 0u);
  random.shuffle(all);
  all.resize(some);
  std::sort(all.begin(), all.end());
  return all;
}

void expect_any_are_enough(GradientCodeType type, std::uint32_t workers, std::uint32_t stragglers) {
  const auto code = make_gradient_code(type, workers, stragglers);
  RandomStream random(3, manager_id(0), Purpose::kTest);
  for (std::uint32_t worker = 0; worker < workers; ++worker)
    EXPECT_EQ(code->parts_of(worker).size(), stragglers + 1);
  for (int draw = 0; draw < 50; ++draw) {
    const auto pieces = any_of(random, workers, workers - stragglers);
    const Decoded sum = decoded(*code, workers, pieces);
    for (std::uint32_t part = 0; part < workers; ++part)
      ASSERT_NEAR(sum.share[part], 1, 1e-7 * sum.growth[part])
          << "part " << part << " of " << workers << " with " << stragglers << " stragglers";
  }
}

TEST(FractionalRepetition, AnyWorkersButTheStragglersAreEnough) {
  for (const auto& [workers, stragglers] :
       {std::pair{1u, 0u}, {4u, 1u}, {6u, 2u}, {6u, 5u}, {12u, 3u}, {30u, 4u}})
    expect_any_are_enough(GradientCodeType::kFractionalRepetition, workers, stragglers);
}

TEST(CyclicCode, AnyWorkersButTheStragglersAreEnough) {
  for (std::uint32_t workers = 1; workers <= 12; ++workers)
    for (std::uint32_t stragglers = 0; stragglers < workers; ++stragglers)
      expect_any_are_enough(GradientCodeType::kCyclic, workers, stragglers);
  expect_any_are_enough(GradientCodeType::kCyclic, 33, 3);
  expect_any_are_enough(GradientCodeType::kCyclic, 64, 2);
}

TEST(CyclicCode, EachWorkerDoesTheNextParts) {
  const CyclicCode code(5, 2);
  std::vector<std::uint32_t> numbers;
  for (const Code::Part& part : code.parts_of(4)) numbers.push_back(part.number);
  EXPECT_EQ(numbers, (std::vector<std::uint32_t>{4, 0, 1}));
}

// The bound is that of neighbours who are late; no others are worse.
TEST(CyclicCode, BoundsHowErrorsGrow) {
  for (const auto& [workers, stragglers] : {std::pair{8u, 2u}, {9u, 3u}, {16u, 3u}, {16u, 4u}}) {
    const CyclicCode code(workers, stragglers);
    RandomStream random(5, manager_id(0), Purpose::kTest);
    double most = 0;
    for (int draw = 0; draw < 300; ++draw) {
      const auto growth =
          decoded(code, workers, any_of(random, workers, workers - stragglers)).growth;
      most = std::max(most, *std::max_element(growth.begin(), growth.end()));
    }
    EXPECT_LT(most, 1.001 * code.error_growth()) << workers << ", " << stragglers;
    EXPECT_GT(most, 0.01 * code.error_growth()) << workers << ", " << stragglers;
  }
  EXPECT_NEAR(CyclicCode(8, 1).error_growth(), 1, 1e-9);
}

TEST(UncodedParts, EveryPartIsOfAsManyWorkers) {
  const auto code = make_uncoded_parts(5, 3);
  std::vector<std::uint32_t> copies(5);
  for (std::uint32_t worker = 0; worker < 5; ++worker) {
    const auto parts = code->parts_of(worker);
    ASSERT_EQ(parts.size(), 3u);
    for (std::uint32_t push = 0; push < 3; ++push) {
      EXPECT_EQ(code->piece(worker, push), parts[push].number);
      ++copies[parts[push].number];
    }
  }
  EXPECT_EQ(copies, std::vector<std::uint32_t>(5, 3));
}

}  // namespace
}  // namespace psgrid
