#include "model/codes/mds_code.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace psgrid {
namespace {

// Every choice of as many workers as there are blocks gives each block and nothing of another.
TEST(MdsCode, AnyWorkersButTheStragglersAreEnough) {
  constexpr std::uint32_t kWorkers = 9;
  for (std::uint32_t stragglers = 0; stragglers < kWorkers; ++stragglers) {
    const MdsCode code(kWorkers, stragglers);
    const std::uint32_t blocks = code.blocks();
    ASSERT_EQ(blocks, kWorkers - stragglers);
    for (std::uint32_t chosen = 0; chosen < 1u << kWorkers; ++chosen) {
      std::vector<std::uint32_t> pieces;
      for (std::uint32_t worker = 0; worker < kWorkers; ++worker)
        if (chosen >> worker & 1) pieces.push_back(worker);
      if (pieces.size() != blocks) continue;
      const std::vector<double> factors = code.decoding(pieces);
      for (std::uint32_t row = 0; row < blocks; ++row)
        for (std::uint32_t block = 0; block < blocks; ++block) {
          double sum = 0, size = 1;
          for (std::uint32_t i = 0; i < blocks; ++i) {
            const double term = factors[row * blocks + i] * code.row(pieces[i])[block];
            sum += term;
            size += std::abs(term);
          }
          ASSERT_NEAR(sum, row == block ? 1 : 0, 1e-9 * size);
          ASSERT_LT(size, 3e4);  // float32 pushes keep three digits at worst
        }
    }
  }
}

TEST(MdsCode, TheFirstWorkersHaveTheBlocksAsTheyAre) {
  const MdsCode code(5, 2);
  EXPECT_EQ(code.row(1), (std::vector<double>{0, 1, 0}));
  EXPECT_EQ(code.decoding(std::vector<std::uint32_t>{0, 1, 2}),
            (std::vector<double>{1, 0, 0, 0, 1, 0, 0, 0, 1}));
}

}  // namespace
}  // namespace psgrid
