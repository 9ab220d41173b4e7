#include "tests/benchmarks/psgrid_pattern.hpp"

#include <memory>

#include "model/check.hpp"
#include "model/job.hpp"
#include "model/run_observer.hpp"
#include "sim/simulation.hpp"
#include "tests/support/simulate.hpp"

namespace psgrid::benchmarks {

namespace {

class MessageCounter final : public RunObserver {
 public:
  void on_record(Time, NodeId, const Record&) override {}
  void on_totals(Time, const std::vector<NodeTotals>& totals) override {
    for (const NodeTotals& node : totals) messages += node.messages_received;
  }

  std::uint64_t messages = 0;
};

RunSpec timing_job(const Pattern& pattern, Sharing sharing) {
  const std::uint64_t parameters = pattern.servers * pattern.message_bytes / sizeof(float);
  RunSpec spec = testing::timing_scenario(static_cast<std::uint32_t>(pattern.workers),
                                          static_cast<std::uint32_t>(pattern.servers), parameters,
                                          0, static_cast<std::uint32_t>(pattern.rounds));
  spec.cluster.network.bandwidth = pattern.bandwidth;
  spec.cluster.network.latency = pattern.latency;
  spec.cluster.network.sharing = sharing;
  return spec;
}

}  // namespace

BareResult run_psgrid(const Pattern& pattern, Sharing sharing) {
  MessageCounter observer;
  sim::Simulation simulation(
      std::make_shared<const Job>(timing_job(pattern, sharing), Dataset{}, Dataset{}), observer,
      {});
  const double start = cpu_now();
  const sim::SimulationEnd end = simulation.run();
  const double seconds = cpu_now() - start;
  PSGRID_CHECK(end == sim::SimulationEnd::kJobFinished, "a job that runs to its end");
  return {observer.messages, simulation.now().seconds, seconds};
}

}  // namespace psgrid::benchmarks
