#include "analysis/report_tables.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "analysis/escape.hpp"
#include "analysis/expectation.hpp"
#include "analysis/number_format.hpp"

namespace psgrid::analysis {
namespace {

constexpr const char* missing = "<span class=\"missing\">-</span>";

std::string share(double part, const TimeSplit& whole) {
  return whole.total() > 0 ? human_share(part / whole.total()) : missing;
}

std::string between(const std::string& low, const std::string& high) {
  return low == high ? "" : fmt::format("<small>{} to {}</small>", low, high);
}

// Least and greatest time to the target of those seeds that reach it.
std::string seed_range(const VariantSummary& variant) {
  if (!variant.time_to_target_s_min) return "";
  return between(human_number(*variant.time_to_target_s_min) + " s",
                 human_number(*variant.time_to_target_s_max) + " s");
}

// The wide first figure of a row, with a bar as long as the figure is large.
std::string bar_cell(const std::string& text, const std::string& note, double fraction) {
  return fmt::format("<td class=\"bar\"><span>{} {}</span><i style=\"width:{:.1f}%\"></i></td>",
                     text, note, 100 * std::clamp(fraction, 0.0, 1.0));
}

std::string cell(const std::string& text) { return "<td>" + text + "</td>"; }

std::string time_cell(const VariantSummary& variant, bool has_target, double longest) {
  if (!has_target) {
    const double rate = variant.iterations_per_s;
    return bar_cell(human_number(rate), "", longest > 0 ? rate / longest : 0);
  }
  if (!variant.time_to_target_s) {
    return bar_cell("<span class=\"missing\">not reached</span>", seed_range(variant), 0);
  }
  return bar_cell(human_seconds(*variant.time_to_target_s), seed_range(variant),
                  *variant.time_to_target_s / longest);
}

std::string speedup_cell(const VariantSummary& variant) {
  if (!variant.speedup) return cell(missing);
  std::string range;
  if (variant.speedup_min) {
    range = between(fmt::format("{:.2f}", *variant.speedup_min),
                    fmt::format("{:.2f}", *variant.speedup_max));
  }
  return cell(fmt::format("{:.2f}&times; {}", *variant.speedup, range));
}

std::string variant_row(const Comparison& comparison, std::size_t index, double longest) {
  const VariantSummary& variant = comparison.variants[index];
  const bool has_target = comparison.target_loss.has_value();
  const TimeSplit& time = variant.time_per_iteration;
  const bool first = comparison.first == index;
  std::string row = first ? "<tr class=\"first\">" : "<tr>";
  row += fmt::format("<th scope=\"row\"><b class=\"swatch\" data-variant=\"{}\"></b>{}{}{}</th>",
                     index, escape_html(variant.name), first ? " <em>fastest</em>" : "",
                     variant.failed > 0 ? " <em class=\"failed\">failed</em>" : "");
  row += time_cell(variant, has_target, longest);
  row += speedup_cell(variant);
  if (has_target) {
    row += cell(fmt::format("{} of {}", variant.reached, variant.runs));
    row +=
        cell(variant.iterations_to_target ? human_number(*variant.iterations_to_target) : missing);
  } else {
    row += cell(human_seconds(variant.virtual_time_s));
    row += cell(human_number(variant.iterations));
  }
  row += cell(variant.final_loss ? human_number(variant.final_loss->median, 4) : missing);
  row += cell(human_seconds(variant.iteration_s_mean));
  row += cell(share(time.compute_s, time)) + cell(share(time.wait_s, time));
  row += cell(fmt::format("{} <small>max {}</small>", human_number(variant.mean_staleness, 2),
                          variant.max_staleness));
  row += cell(human_bytes(variant.bytes_on_wire));
  return row + "</tr>\n";
}

void add_fact(std::string& html, std::string_view name, const std::string& value,
              const std::string& note) {
  html += fmt::format("<div><dt>{}</dt><dd>{}</dd><dd class=\"note\">{}</dd></div>\n", name, value,
                      note);
}

std::string seconds_cell(const std::optional<double>& seconds) {
  return cell(seconds ? human_seconds(*seconds) : missing);
}

std::string failures_row(const VariantSummary& variant, std::size_t index) {
  std::string outcome = variant.failovers > 0 ? "survived" : missing;
  if (variant.failed > 0)
    outcome = fmt::format("<strong class=\"failed\">failed</strong> {} of {}<small>{}</small>",
                          variant.failed, variant.runs, escape_html(variant.failure));
  return fmt::format(
             "<tr><th scope=\"row\"><b class=\"swatch\" data-variant=\"{}\"></b>{}</th>"
             "<td class=\"outcome\">{}</td>",
             index, escape_html(variant.name), outcome) +
         cell(human_number(variant.failovers)) + seconds_cell(variant.recovery_s_max) +
         seconds_cell(variant.throughput_recovery_s_max) +
         cell(human_bytes(variant.replication_bytes)) +
         cell(variant.bytes_on_wire > 0
                  ? human_share(variant.replication_bytes / variant.bytes_on_wire)
                  : missing) +
         "</tr>\n";
}

}  // namespace

std::string expectations_list(const ComparisonData& data) {
  if (data.expectations.empty()) return "";
  std::string html = "<h3>What was expected</h3>\n<ul>\n";
  for (const Verified& verified : verify(data))
    html += fmt::format("<li>{}: {}</li>\n", verified.holds ? "Holds" : "<b>Does not hold</b>",
                        escape_html(verified.text));
  return html + "</ul>\n";
}

std::string failures_table(const Comparison& comparison) {
  if (!has_failures(comparison)) return "";
  std::string html =
      "<h3 class=\"failures\">What became of the faults</h3>\n<table "
      "class=\"results\">\n<thead><tr>"
      "<th>Variant</th><th>Outcome</th><th>Failovers</th><th>Recovery</th>"
      "<th>Back at 95&nbsp;% of throughput</th><th>Replication</th><th>Share of traffic</th></tr>"
      "</thead>\n<tbody>\n";
  for (std::size_t i = 0; i < comparison.variants.size(); ++i)
    html += failures_row(comparison.variants[i], i);
  return html +
         "</tbody></table>\n<p class=\"note\">Failovers: shards that lost a server and went on "
         "with "
         "the replicas left. Recovery: from a fault to the first push that the last of its shards "
         "acknowledged; back at 95&nbsp;%: from a fault to the first window, 20 iterations long, "
         "with 95&nbsp;% of the iterations of before. Both are the longest of all runs.</p>\n";
}

std::string variants_table(const Comparison& comparison) {
  const bool has_target = comparison.target_loss.has_value();
  double longest = 0;
  for (const VariantSummary& variant : comparison.variants) {
    longest = std::max(
        longest, has_target ? variant.time_to_target_s.value_or(0) : variant.iterations_per_s);
  }
  const std::string baseline =
      comparison.variants.empty() ? "" : escape_html(comparison.variants.front().name);
  std::string html = "<table class=\"results\">\n<thead><tr><th>Variant</th>";
  html += has_target ? fmt::format("<th>Time to loss {}</th>", exact(*comparison.target_loss))
                     : std::string("<th>Iterations per second</th>");
  html += fmt::format("<th>Speed-up over {}</th>", baseline);
  html += has_target ? "<th>Reached</th><th>Iterations to target</th>"
                     : "<th>Virtual time</th><th>Iterations</th>";
  html +=
      "<th>Final loss</th><th>Time per iteration</th><th>Compute</th><th>Wait</th>"
      "<th>Staleness (clocks)</th><th>Traffic</th></tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < comparison.variants.size(); ++i) {
    html += variant_row(comparison, i, longest);
  }
  return html +
         "</tbody></table>\n<p class=\"note\">Medians over seeds; small print gives the least and "
         "the greatest of single seeds. Speed-up: median of the baseline over median of the "
         "variant. Compute and wait: shares of the workers' time.</p>\n";
}

std::string run_facts(const RunData& run) {
  const Summary summary = summarize(run);
  std::string html = "<dl class=\"facts\">\n";
  if (run.header.target_loss) {
    add_fact(html, fmt::format("Time to loss {}", exact(*run.header.target_loss)),
             summary.time_to_target_s ? human_seconds(*summary.time_to_target_s) : "not reached",
             summary.iterations_to_target
                 ? human_number(*summary.iterations_to_target) + " iterations per worker"
                 : "");
  }
  add_fact(html, "Virtual time", human_seconds(run.virtual_time_s),
           run.stop ? fmt::format("stopped by {}", *run.stop == StopReason::kTargetLoss
                                                       ? "the target loss"
                                                       : stop_reason_name(*run.stop))
                    : std::string());
  if (summary.final_loss) {
    add_fact(html, "Final loss", human_number(*summary.final_loss, 4),
             summary.final_metric ? escape_html(run.header.metric_name) + " " +
                                        human_number(*summary.final_metric, 4)
                                  : std::string());
  }
  add_fact(html, "Iterations per worker", human_number(summary.iterations),
           fmt::format("slowest {}, fastest {}", run.iterations_min, run.iterations_max));
  add_fact(html, "Time per iteration", human_seconds(summary.iteration_s_mean),
           human_number(summary.iterations_per_s) + " per second in all");
  add_fact(html, "Compute", share(run.time.compute_s, run.time),
           share(run.time.wait_s, run.time) + " waiting at the gate");
  add_fact(html, "Staleness", human_number(run.staleness.mean(), 2) + " clocks",
           fmt::format("at most {}; {} updates", run.staleness.max(),
                       human_number(run.staleness_updates.mean())));
  add_fact(html, "Traffic", human_bytes(static_cast<double>(summary.bytes_on_wire)),
           summary.server_load_skew
               ? fmt::format("busiest server {:.2f}&times; the mean", *summary.server_load_skew)
               : std::string());
  if (summary.replication_bytes > 0) {
    add_fact(html, "Replication", human_bytes(static_cast<double>(summary.replication_bytes)),
             human_share(static_cast<double>(summary.replication_bytes) /
                         static_cast<double>(summary.bytes_on_wire)) +
                 " of the traffic");
  }
  if (run.checkpoints > 0) {
    add_fact(html, "Checkpoints", human_count(run.checkpoints),
             human_seconds(run.checkpoint_s) + " of writing");
  }
  if (run.iterations_lost > 0) {
    add_fact(html, "Iterations lost", human_number(summary.iterations_lost),
             "per worker, done again");
  }
  if (summary.failovers > 0) {
    add_fact(html, "Failovers", human_count(summary.failovers),
             "after " + counted(summary.faults, "fault"));
  }
  if (summary.recovery_s_max) {
    add_fact(html, "Recovery", human_seconds(*summary.recovery_s_max),
             "until pushes are accepted again, at most");
  }
  if (summary.throughput_recovery_s_max) {
    add_fact(html, "Back at 95 % of throughput", human_seconds(*summary.throughput_recovery_s_max),
             "after the fault, at most");
  }
  return html + "</dl>\n";
}

}  // namespace psgrid::analysis
