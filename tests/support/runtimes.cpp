#include "tests/support/runtimes.hpp"

#include <utility>

#include "tests/support/run_on_sockets.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::testing {

Outcome run_on(Runtime runtime, std::shared_ptr<const Job> job) {
  if (runtime == Runtime::kSimulator) {
    const Simulated result = simulate(std::move(job));
    const bool stuck = result.end == sim::SimulationEnd::kStuck;
    return {result, stuck ? "nothing was left to happen, but the job had not ended" : ""};
  }
  const RanOnSockets result = run_on_sockets(std::move(job));
  return {result, result.failure};
}

std::string name_of_runtime(const ::testing::TestParamInfo<Runtime>& instance) {
  return instance.param == Runtime::kSimulator ? "Simulator" : "Sockets";
}

}  // namespace psgrid::testing
