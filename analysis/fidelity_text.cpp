#include "analysis/fidelity_text.hpp"

#include <cmath>

#include <fmt/format.h>

#include "analysis/fidelity_files.hpp"
#include "analysis/number_format.hpp"
#include "analysis/text_table.hpp"

namespace psgrid::analysis {
namespace {

// With a sign, unless it rounds to zero.
std::string signed_text(double value, int decimals) {
  if (std::abs(value) * std::pow(10, decimals) < 0.5) return fmt::format("{:.{}f}", 0.0, decimals);
  return fmt::format("{:+.{}f}", value, decimals);
}

std::string seconds_cell(const std::optional<BothWays>& both, double BothWays::*side) {
  return both ? human_seconds((*both).*side) : "-";
}

std::string case_name(const CaseFidelity& each) {
  std::string name = "  " + each.variant;
  if (each.seeds_missing > 0)
    name += fmt::format(" ({} of {} seeds)", each.seeds, each.seeds + each.seeds_missing);
  return name;
}

// One line a case, below the name of its scenario.
TextTable cases_table(const Fidelity& fidelity) {
  TextTable table({"case", "simulator", "sockets", "error", "compute", "to target", "wait",
                   "staleness", "bytes"});
  std::string scenario;
  for (const CaseFidelity& each : fidelity.cases) {
    if (each.scenario != scenario) table.add_row({each.scenario});
    scenario = each.scenario;
    table.add_row({case_name(each), seconds_cell(each.iteration_s, &BothWays::sim),
                   seconds_cell(each.iteration_s, &BothWays::sockets),
                   relative_text(each.iteration_s), relative_text(each.compute_s),
                   relative_text(each.time_to_target_s), points_text(each.wait_share),
                   difference_text(each.mean_staleness), bytes_text(each)});
  }
  return table;
}

TextTable groups_table(const Fidelity& fidelity) {
  TextTable table({"time per iteration", "cases", "median error", "90th percentile", "largest",
                   "Kendall's tau"});
  const auto add = [&](const GroupFidelity& group) {
    table.add_row({group.model.empty() ? "all" : group.model, std::to_string(group.cases),
                   percent_text(group.error_median), percent_text(group.error_p90),
                   percent_text(group.error_max), coefficient_text(group.kendall_tau)});
  };
  add(fidelity.overall);
  for (const GroupFidelity& group : fidelity.models) add(group);
  return table;
}

}  // namespace

std::string relative_text(const std::optional<BothWays>& both) {
  return both ? signed_text(100 * both->relative_error(), 1) + " %" : "-";
}

std::string difference_text(const std::optional<BothWays>& both) {
  return both ? signed_text(both->difference(), 2) : "-";
}

std::string points_text(const std::optional<BothWays>& both) {
  return both ? signed_text(100 * both->difference(), 1) : "-";
}

std::string percent_text(const std::optional<double>& share) {
  return share ? fmt::format("{:.1f} %", 100 * *share) : "-";
}

std::string coefficient_text(const std::optional<double>& value) {
  return value ? fmt::format("{:.3f}", *value) : "-";
}

std::string bytes_text(const CaseFidelity& each) {
  return each.bytes_equal ? "equal" : relative_text(each.bytes_on_wire);
}

std::string fidelity_table(const FidelityData& data) {
  const Fidelity fidelity = judge(data);
  std::string text = "Simulator against sockets";
  if (data.status != RunStatus::kDone) text += fmt::format(": {}", status_name(data.status));
  text += "\n\n" + cases_table(fidelity).text() + "\n" + groups_table(fidelity).text() + "\n";
  for (const std::string& sentence :
       {verdict(fidelity), bytes_verdict(fidelity), machine_verdict(fidelity)}) {
    if (!sentence.empty()) text += wrapped(sentence, 100);
  }
  return text +
         "Errors of times and bytes are relative to sockets; wait is in percentage points of the\n"
         "workers' time, staleness in clocks, both simulator less sockets.\n";
}

}  // namespace psgrid::analysis
