// Many runs with random faults, each in a process of its own, checked against the promises.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "scenarios/cli/backend.hpp"
#include "scenarios/explore/exploration.hpp"
#include "scenarios/explore/outcome.hpp"

namespace psgrid::scenarios {

// A run that did not come about: not all of its processes came, or it was interrupted.
struct NotRun {
  std::string why;
};

// Runs it in this process and those that it starts, and keeps the last so many messages. Throws
// NotRun, and std::runtime_error if one of its processes was lost.
analysis::Trail run_audited(const RunSpec& run, Backend backend, std::size_t messages = 0);

// Runs all, each in a child of its own, so many at a time. A child that a broken invariant ends is
// a broken promise too. Calls on_end(index, outcome) in the order in which they end.
std::vector<Outcome> explore_all(std::size_t runs, const std::function<RunSpec(std::size_t)>& run,
                                 Backend backend, unsigned at_once,
                                 const std::function<void(std::size_t, const Outcome&)>& on_end);

// What a campaign has seen so far.
struct Tallied {
  std::uint64_t runs = 0, kept = 0, broken = 0, unknown = 0;
  std::uint64_t acknowledged = 0, acknowledged_under_faults = 0;
  double virtual_s = 0;
  std::map<std::string, std::uint64_t> faults, situations, notes;
  std::map<std::string, std::uint64_t> promises;  // runs that broke it
  std::map<std::string, std::uint64_t> late;      // runs that may not have kept it in time

  void add(const Outcome& outcome);
};

}  // namespace psgrid::scenarios
