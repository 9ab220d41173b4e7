#include <fmt/format.h>

#include "analysis/number_format.hpp"
#include "analysis/report.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/front.hpp"
#include "scenarios/input/document.hpp"

namespace psgrid::scenarios {

namespace {

// A JSON Schema lies beside the scenarios that name it, so scenarios/*.json has it too.
bool is_schema(const std::string& file) {
  const auto text = disk().read(file);
  const auto document = text ? parse_document(*text, file) : Result<Document>();
  if (!document || !document->value.is_object()) return false;
  const auto dialect = document->value.find("$schema");
  return dialect != document->value.end() && dialect->is_string() &&
         dialect->get_ref<const std::string&>().find("json-schema.org/") != std::string::npos;
}

}  // namespace

int validate_command(const std::vector<std::string>& scenarios) {
  bool valid = true, printed = true;
  for (const std::string& file : scenarios) {
    if (is_schema(file)) {
      printed &= print_result(file + ": skipped, a JSON Schema\n");
      continue;
    }
    const auto scenario = load_with_options({.scenario = file}, true);
    if (scenario && check_inputs(*scenario, Backend::kSim, true))
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
