#include "tests/support/run_on_sockets.hpp"

#include <chrono>

namespace psgrid::testing {

RanOnSockets run_on_sockets(std::shared_ptr<const Job> job, bool messages) {
  Collector collector(messages);
  RanOnSockets result;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  real::SocketRunOptions options;
  options.keep_going = [&](Time, std::uint64_t) {
    return std::chrono::steady_clock::now() < until;
  };
  options.on_log = [&](const std::string& line) { result.log.push_back(line); };
  real::SocketRun run(std::move(job), collector, options);
  result.end = run.run();
  result.failure = run.failure();
  static_cast<Recorded&>(result) = std::move(collector.recorded);
  return result;
}

RanOnSockets run_on_sockets(const RunSpec& spec, Dataset train, Dataset test) {
  return run_on_sockets(std::make_shared<const Job>(spec, std::move(train), std::move(test)));
}

}  // namespace psgrid::testing
