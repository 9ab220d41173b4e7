#include <fmt/format.h>

#include "analysis/number_format.hpp"
#include "analysis/report.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/front.hpp"

namespace psgrid::scenarios {

int validate_command(const std::vector<std::string>& scenarios) {
  bool valid = true, printed = true;
  for (const std::string& file : scenarios) {
    const auto scenario = load_with_options({.scenario = file});
    if (scenario && check_inputs(*scenario, true))
      printed &= print_result(
          fmt::format("{}: valid{}\n", file,
                      scenario->variants.empty()
                          ? ""
                          : ", " + analysis::counted(scenario->variants.size(), "variant")));
    else
      valid = false;
  }
  return !valid ? kBadInput : printed ? kDone : kFailed;
}

int schema_command() { return print_result(std::string(schema_text())) ? kDone : kFailed; }

int report_command(const std::string& directory) {
  if (const auto failure = analysis::rebuild_report(directory)) {
    print_error(failure->message);
    return kBadInput;
  }
  return kDone;
}

}  // namespace psgrid::scenarios
