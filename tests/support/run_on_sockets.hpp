// Whole runs on real sockets inside a test.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/job.hpp"
#include "real/socket_run.hpp"
#include "tests/support/recorded.hpp"

namespace psgrid::testing {

struct RanOnSockets : Recorded {
  real::SocketRunEnd end = real::SocketRunEnd::kFailed;
  std::string failure;
  std::vector<std::string> log;
};

// A run that has not ended after 60 s is interrupted. Messages are recorded if `messages`.
RanOnSockets run_on_sockets(std::shared_ptr<const Job> job, bool messages = false);
RanOnSockets run_on_sockets(const RunSpec& spec, Dataset train = {}, Dataset test = {});

}  // namespace psgrid::testing
