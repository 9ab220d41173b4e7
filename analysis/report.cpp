#include "analysis/report.hpp"

#include "analysis/assets.hpp"
#include "analysis/compare_files.hpp"
#include "analysis/escape.hpp"
#include "analysis/fidelity_files.hpp"
#include "analysis/fidelity_report.hpp"
#include "analysis/json_text.hpp"
#include "analysis/output_directory.hpp"
#include "analysis/page_template.hpp"
#include "analysis/report_data.hpp"
#include "analysis/report_sections.hpp"
#include "analysis/report_tables.hpp"
#include "analysis/run_files.hpp"

namespace psgrid::analysis {
namespace {

struct Page {
  std::string kind;  // "run" or "comparison"
  std::string verdict;
  std::string results;
};

std::string render(const Page& page, const ComparisonData& data, const Comparison& comparison) {
  return filled_template(asset("report.html"),
                         {{"title", escape_html(data.scenario)},
                          {"kind", page.kind},
                          {"status", status_banner(data)},
                          {"verdict", escape_html(page.verdict)},
                          {"subtitle", subtitle(data)},
                          {"results", page.results},
                          {"events", events_section(data)},
                          {"scenario", scenario_section(data)},
                          {"uplot_css", std::string(asset("uPlot.min.css"))},
                          {"css", std::string(asset("report.css"))},
                          {"uplot_js", std::string(asset("uPlot.iife.min.js"))},
                          {"js", std::string(asset("report.js"))},
                          {"data", json_for_script(report_data(data, comparison))}});
}

}  // namespace

std::string report_html(const ComparisonData& data) {
  const Comparison comparison = compare(data);
  return render(
      {"comparison", verdict(comparison),
       variants_table(comparison) + expectations_list(data) + failures_table(comparison)},
      data, comparison);
}

std::string report_html(const RunData& run) {
  ComparisonData data;
  data.scenario = run.header.scenario;
  data.status = run.status;
  const std::string name = run.header.variant.empty() ? run.header.scheme() : run.header.variant;
  data.variants.push_back({name, "", {run}});
  return render({"run", verdict(run), run_facts(run)}, data, compare(data));
}

Failure rebuild_report(const std::filesystem::path& directory) {
  const Result<OutputDirectory> output = OutputDirectory::open(directory);
  if (!output.ok()) return output.error();
  if (std::filesystem::exists(directory / "compare.json")) {
    const Result<ComparisonData> data = read_comparison(directory);
    if (!data.ok()) return data.error();
    return output.value().write("report.html", report_html(data.value()));
  }
  if (std::filesystem::exists(directory / "fidelity.json")) {
    const Result<FidelityData> data = read_fidelity(directory);
    if (!data.ok()) return data.error();
    return output.value().write("report.html", fidelity_html(data.value()));
  }
  const Result<RunData> run = read_run(directory);
  if (!run.ok()) return run.error();
  return output.value().write("report.html", report_html(run.value()));
}

}  // namespace psgrid::analysis
