// What the tests of the command line share: a directory of their own, and scenarios that take
// milliseconds or for ever.
#pragma once

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"
#include "tests/support/temporary_directory.hpp"

namespace psgrid::testing {

class CommandLine : public ::testing::Test {
 protected:
  CommandLine() { quick_ = directory_.put("quick.json", document(10)); }

  // Timing only; `iterations` of two workers, three variants.
  static std::string document(std::uint64_t iterations) {
    const nlohmann::json document = {
        {"name", "quick"},
        {"cluster", {{"workers", 2}, {"servers", 1}}},
        {"stragglers", {{{"nodes", "worker[*]"}, {"model", "exponential"}, {"rate", 1}}}},
        {"job",
         {{"learner", {{"type", "none"}, {"parameters", 1000}}},
          {"compute", {{"seconds", "10ms"}}},
          {"stop", {{"iterations", iterations}}}}},
        {"variants",
         {{{"name", "BSP"}, {"set", {{"consistency", {{"model", "bsp"}}}}}},
          {{"name", "SSP 3"}, {"set", {{"consistency", {{"model", "ssp"}, {"staleness", 3}}}}}},
          {{"name", "async"}, {"set", {{"consistency", {{"model", "async"}}}}}}}}};
    return document.dump(2);
  }

  // Runs in the test's own directory.
  Ended psgrid(std::vector<std::string> arguments, ProgramOptions options = {}) const {
    options.directory = directory_.path();
    return run_psgrid(std::move(arguments), options);
  }
  std::string at(const std::string& name) const { return (directory_ / name).string(); }
  bool exists(const std::string& name) const { return std::filesystem::exists(at(name)); }
  nlohmann::json read_json(const std::string& name) const {
    return nlohmann::json::parse(contents(at(name)), nullptr, false);
  }

  TemporaryDirectory directory_;
  std::string quick_;  // a scenario
};

}  // namespace psgrid::testing
