#include "model/program.hpp"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace psgrid {
namespace {

Program steps(std::vector<int>& log, std::shared_ptr<int> held) {
  log.push_back(1);
  co_await std::suspend_always();
  log.push_back(2);
  co_await std::suspend_always();
  log.push_back(*held);
}

TEST(Program, RunsFromVerbToVerb) {
  std::vector<int> log;
  Program program = steps(log, std::make_shared<int>(3));
  EXPECT_TRUE(program.is_running());
  EXPECT_EQ(log, std::vector<int>{});
  program.resume();
  EXPECT_EQ(log, (std::vector<int>{1}));
  program.resume();
  EXPECT_TRUE(program.is_running());
  program.resume();
  EXPECT_EQ(log, (std::vector<int>{1, 2, 3}));
  EXPECT_FALSE(program.is_running());
}

TEST(Program, LetsGoOfEverythingWhereverItStands) {
  std::vector<int> log;
  for (int resumes = 0; resumes <= 3; ++resumes) {
    auto held = std::make_shared<int>(3);
    const std::weak_ptr<int> watch = held;
    {
      Program program = steps(log, std::move(held));
      for (int i = 0; i < resumes; ++i) program.resume();
    }
    EXPECT_TRUE(watch.expired()) << "after " << resumes;
  }
}

TEST(Program, MovesWithItsFrame) {
  std::vector<int> log;
  Program program = steps(log, std::make_shared<int>(3));
  Program moved = std::move(program);
  EXPECT_FALSE(program.is_running());
  program = std::move(moved);
  program.resume();
  EXPECT_EQ(log, (std::vector<int>{1}));
}

TEST(Program, IsNothingAtFirst) { EXPECT_FALSE(Program().is_running()); }

}  // namespace
}  // namespace psgrid
