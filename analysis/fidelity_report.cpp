#include "analysis/fidelity_report.hpp"

#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/assets.hpp"
#include "analysis/escape.hpp"
#include "analysis/fidelity_text.hpp"
#include "analysis/json_text.hpp"
#include "analysis/number_format.hpp"
#include "analysis/page_template.hpp"
#include "analysis/report_curves.hpp"

namespace psgrid::analysis {
namespace {

using nlohmann::json;

constexpr std::size_t kCurvePointsMax = 200;

std::string cell(const std::string& text) { return "<td>" + escape_html(text) + "</td>"; }

std::string both_cell(const std::optional<BothWays>& both, std::string (*text)(double),
                      const std::string& error) {
  if (!both) return "<td><span class=\"missing\">-</span></td>";
  return fmt::format("<td>{} <small>{} on sockets</small></td>", escape_html(error),
                     escape_html(text(both->sockets)));
}

std::string two_digits(double value) { return human_number(value, 2); }

std::string groups_table(const Fidelity& fidelity) {
  std::string html =
      "<table class=\"groups\">\n<thead><tr><th>Consistency model</th><th>Cases</th>"
      "<th>Median error</th><th>90th percentile</th><th>Largest</th><th>Kendall&rsquo;s &tau;</th>"
      "<th>Cases with equal bytes</th></tr></thead>\n<tbody>\n";
  const auto add = [&](const GroupFidelity& group, const std::string& name) {
    html += fmt::format("<tr{}><th scope=\"row\">{}</th>",
                        group.model.empty() ? " class=\"first\"" : "", name);
    html += cell(std::to_string(group.cases)) + cell(percent_text(group.error_median)) +
            cell(percent_text(group.error_p90)) + cell(percent_text(group.error_max)) +
            cell(coefficient_text(group.kendall_tau)) +
            cell(std::to_string(group.cases_bytes_equal)) + "</tr>\n";
  };
  add(fidelity.overall, "all");
  for (const GroupFidelity& group : fidelity.models)
    add(group, fmt::format("<b class=\"swatch\" data-model=\"{}\"></b>{}",
                           &group - fidelity.models.data(), escape_html(group.model)));
  return html + "</tbody></table>\n";
}

std::string cases_table(const Fidelity& fidelity) {
  std::string html =
      "<table class=\"results cases\">\n<thead><tr><th>Case</th><th>Simulator</th><th>Sockets</th>"
      "<th>Error</th><th>Computing</th><th>Time to target</th><th>Wait share</th><th>Staleness "
      "(clocks)</th>"
      "<th>Bytes</th></tr></thead>\n<tbody>\n";
  std::string scenario;
  for (const CaseFidelity& each : fidelity.cases) {
    if (each.scenario != scenario)
      html += fmt::format("<tr class=\"group\"><th colspan=\"9\" scope=\"rowgroup\">{}</th></tr>\n",
                          escape_html(each.scenario));
    scenario = each.scenario;
    html += fmt::format("<tr><th scope=\"row\">{}{}</th>", escape_html(each.variant),
                        each.seeds_missing > 0 ? fmt::format(" <em>{} of {} seeds</em>", each.seeds,
                                                             each.seeds + each.seeds_missing)
                                               : std::string());
    html += cell(each.iteration_s ? human_seconds(each.iteration_s->sim) : "-");
    html += cell(each.iteration_s ? human_seconds(each.iteration_s->sockets) : "-");
    html += cell(relative_text(each.iteration_s)) + cell(relative_text(each.compute_s));
    html += both_cell(each.time_to_target_s, human_seconds, relative_text(each.time_to_target_s));
    html += both_cell(each.wait_share, human_share, points_text(each.wait_share));
    html += both_cell(each.mean_staleness, two_digits, difference_text(each.mean_staleness));
    html += both_cell(each.bytes_on_wire, human_bytes, bytes_text(each)) + "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

std::string status_banner(const FidelityData& data) {
  if (data.status == RunStatus::kDone) return "";
  std::string problems;
  for (const CaseRuns& runs : data.cases) {
    for (const auto* side : {&runs.sim, &runs.sockets}) {
      for (const RunData& run : *side) {
        if (run.status == RunStatus::kDone) continue;
        problems += fmt::format(
            "<li>{}, {}, seed {}, {}: {}{}</li>", escape_html(runs.scenario),
            escape_html(runs.variant), run.header.seed, side == &runs.sim ? "simulator" : "sockets",
            status_name(run.status), run.failure.empty() ? "" : ": " + escape_html(run.failure));
      }
    }
  }
  return fmt::format(
      "<div class=\"banner\" role=\"alert\"><strong>{}</strong> The results below are partial."
      "<ul>{}</ul></div>",
      data.status == RunStatus::kInterrupted ? "Interrupted." : "Some runs failed.", problems);
}

json both_json(const std::optional<BothWays>& both) {
  return both ? json{both->sim, both->sockets} : json(nullptr);
}

// The first seed's losses over time; null if there are none.
json curve_json(const std::vector<RunData>& runs) {
  if (runs.empty() || runs.front().convergence.empty()) return nullptr;
  const Curve curve = learning_curve({runs.front()}, CurveAxis::kTime, kCurvePointsMax);
  json points = json::array();
  for (std::size_t i = 0; i < curve.x.size(); ++i) points.push_back({curve.x[i], curve.loss[i]});
  return points;
}

json page_data(const FidelityData& data, const Fidelity& fidelity) {
  json models = json::array(), cases = json::array();
  for (const GroupFidelity& group : fidelity.models) models.push_back(group.model);
  for (std::size_t i = 0; i < data.cases.size(); ++i) {
    const CaseFidelity& each = fidelity.cases[i];
    cases.push_back({{"scenario", each.scenario},
                     {"variant", each.variant},
                     {"model", each.model},
                     {"iteration_s", both_json(each.iteration_s)},
                     {"sim", curve_json(data.cases[i].sim)},
                     {"sockets", curve_json(data.cases[i].sockets)}});
  }
  return {{"models", std::move(models)}, {"cases", std::move(cases)}};
}

std::string subtitle(const FidelityData& data) {
  std::set<std::string> scenarios;
  std::size_t seeds = 0;
  for (const CaseRuns& runs : data.cases) {
    scenarios.insert(runs.scenario);
    seeds = std::max(seeds, runs.seeds);
  }
  return fmt::format("{} &middot; {} &middot; {} each", counted(scenarios.size(), "scenario"),
                     counted(data.cases.size(), "case"), counted(seeds, "seed"));
}

}  // namespace

std::string fidelity_html(const FidelityData& data) {
  const Fidelity fidelity = judge(data);
  return filled_template(
      asset("fidelity.html"),
      {{"status", status_banner(data)},
       {"verdict", escape_html(verdict(fidelity))},
       {"bytes", escape_html(bytes_verdict(fidelity))},
       {"machine", escape_html(machine_verdict(fidelity))},
       {"subtitle", subtitle(data)},
       {"groups", groups_table(fidelity)},
       {"cases", cases_table(fidelity)},
       {"css", std::string(asset("report.css")) + std::string(asset("fidelity.css"))},
       {"js", std::string(asset("fidelity.js"))},
       {"data", json_for_script(page_data(data, fidelity))}});
}

}  // namespace psgrid::analysis
