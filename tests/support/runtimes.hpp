// One job on either runtime: what the conformance suites are about.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "model/job.hpp"
#include "tests/support/recorded.hpp"

namespace psgrid::testing {

enum class Runtime { kSimulator, kSockets };

struct Outcome : Recorded {
  std::string failure;  // empty if the job has ended
};

// Sockets: with real processes, in real time.
Outcome run_on(Runtime runtime, std::shared_ptr<const Job> job);

// A suite of tests that every runtime has to pass: INSTANTIATE_TEST_SUITE_P(On, Suite, runtimes(),
// name_of_runtime).
class OnRuntimes : public ::testing::TestWithParam<Runtime> {
 protected:
  static Outcome run(std::shared_ptr<const Job> job) { return run_on(GetParam(), std::move(job)); }
};

inline auto runtimes() { return ::testing::Values(Runtime::kSimulator, Runtime::kSockets); }
std::string name_of_runtime(const ::testing::TestParamInfo<Runtime>& instance);

}  // namespace psgrid::testing
