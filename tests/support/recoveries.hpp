// How long a run took to get over the crashes of its servers, read off its events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/run_spec.hpp"
#include "tests/support/recorded.hpp"

namespace psgrid::testing {

// Times are from the crash; nothing where the run was over before.
struct Recovery {
  // A shard that the server held.
  struct Held {
    std::uint32_t shard = 0;
    std::size_t place = 0;              // in the shard's chain; 0: its head
    std::optional<Duration> accepting;  // until a new chain has applied a push everywhere
  };
  NodeId server;
  Time crashed;
  std::optional<Duration> lost;  // until a manager said so; never if it was back before
  std::optional<Duration> view;  // until it was decided who takes over
  std::vector<Held> held;

  // Until all of them accepted pushes.
  std::optional<Duration> accepting() const;
};

// By time.
std::vector<Recovery> recoveries(const RunSpec& spec, const Recorded& run);

// From a moment until the last server that stood still for over 0.1 s went on to apply gradients;
// 0 if none did. Looks 1.2 s ahead.
Duration standstill(const Recorded& run, Time from);

// Of values in any order: the smallest that a share of them does not exceed.
double quantile(std::vector<double> values, double share);

// "50: median 0.412, 95 % 0.481, at most 0.495"
std::string distribution(const std::vector<double>& values);

}  // namespace psgrid::testing
