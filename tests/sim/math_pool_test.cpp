#include "sim/math_pool.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace psgrid::sim {
namespace {

TEST(MathPool, RunsEveryTaskOnceBeforeItsResultIsUsed) {
  for (unsigned threads : {0u, 1u, 3u}) {
    std::vector<int> runs(500);
    {
      MathPool pool(threads);
      std::vector<MathPool::TaskPtr> tasks;
      for (int& each : runs) tasks.push_back(pool.submit([&each] { ++each; }));
      // The results are needed in another order than the tasks were handed over.
      for (std::size_t i = tasks.size(); i-- > 0;) {
        pool.finish(tasks[i]);
        ASSERT_EQ(runs[i], 1) << "task " << i << " with " << threads << " threads";
      }
      // Once a thread gets here, none comes back to the tasks before.
      std::atomic<bool> last_begun = threads == 0;
      pool.submit([&] { last_begun = true; });
      while (!last_begun) std::this_thread::yield();
    }
    EXPECT_EQ(runs, std::vector<int>(runs.size(), 1)) << threads << " threads";
  }
}

TEST(MathPool, WithoutThreadsATaskRunsWhereItsResultIsNeeded) {
  MathPool pool(0);
  std::thread::id ran_on;
  const auto task = pool.submit([&] { ran_on = std::this_thread::get_id(); });
  EXPECT_EQ(ran_on, std::thread::id());
  pool.finish(task);
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(MathPool, AThreadTakesWhatNobodyHasBegun) {
  MathPool pool(1);
  std::atomic<bool> begun = false;
  const auto task = pool.submit([&] { begun = true; });
  while (!begun) std::this_thread::yield();
  pool.finish(task);
}

TEST(MathPool, WaitsForATaskThatIsRunning) {
  MathPool pool(1);
  std::atomic<bool> begun = false, may_end = false;
  bool ended = false;
  const auto task = pool.submit([&] {
    begun = true;
    while (!may_end) std::this_thread::yield();
    ended = true;
  });
  while (!begun) std::this_thread::yield();
  std::thread releaser([&] { may_end = true; });
  pool.finish(task);
  EXPECT_TRUE(ended);
  releaser.join();
}

TEST(MathPool, MayEndBeforeItsTasks) {
  std::atomic<int> runs = 0;
  {
    MathPool pool(2);
    for (int i = 0; i < 100; ++i) pool.submit([&] { ++runs; });
  }
  EXPECT_LE(runs, 100);  // none runs once the pool is gone
}

}  // namespace
}  // namespace psgrid::sim
