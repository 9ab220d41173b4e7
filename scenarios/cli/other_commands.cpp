#include <fmt/format.h>

#include <cstdio>

#include "analysis/report.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/front.hpp"

namespace psgrid::scenarios {

int validate_command(const std::vector<std::string>& scenarios) {
  bool valid = true;
  for (const std::string& file : scenarios) {
    const auto scenario = load_with_options({.scenario = file});
    if (scenario && check_data(*scenario, true))
      fmt::print("{}: valid, {} variants\n", file, scenario->variants.size());
    else
      valid = false;
  }
  return valid ? kDone : kBadInput;
}

int schema_command() {
  fmt::print("{}", schema_text());
  return kDone;
}

int report_command(const std::string& directory) {
  if (const auto failure = analysis::rebuild_report(directory)) {
    print_error(failure->message);
    return kBadInput;
  }
  return kDone;
}

}  // namespace psgrid::scenarios
