#include "model/learners/none.hpp"

#include <gtest/gtest.h>

namespace psgrid {
namespace {

std::unique_ptr<Learner> million() {
  return make_learner({.type = LearnerType::kNone, .hidden = {}, .parameters = 1000000}, nullptr);
}

TEST(NoLearner, HasOneTableOfSingleValues) {
  const std::vector<Table> tables = million()->tables();
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_EQ(tables[0].keys, 1000000u);
  EXPECT_EQ(tables[0].width, 1u);
  EXPECT_TRUE(million()->timing_only());
}

TEST(NoLearner, GradientsHaveASizeAndNoNumbers) {
  const std::unique_ptr<Learner> learner = million();
  const Dataset nothing;
  const KeySet keys = learner->keys(nothing, {})[0];
  EXPECT_EQ(keys, KeySet::range(0, 1000000));
  const Gradient gradient = learner->gradient(nothing, {}, {{{0}, keys, Values::phantom(1000000)}});
  ASSERT_EQ(gradient.sections.size(), 1u);
  EXPECT_TRUE(gradient.sections[0].keys.same_as(keys));
  EXPECT_TRUE(gradient.sections[0].values.is_phantom());
  EXPECT_EQ(gradient.sections[0].values.size(), 1000000u);
  EXPECT_EQ(gradient.loss, 0);
}

TEST(NoLearner, CountsFourOperationsAParameter) {
  EXPECT_EQ(million()->flops_per_example({}), 4e6);
}

}  // namespace
}  // namespace psgrid
