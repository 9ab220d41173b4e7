#include "analysis/text_table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "analysis/expectation.hpp"
#include "analysis/number_format.hpp"

namespace psgrid::analysis {
namespace {

// Characters of UTF-8 text, for alignment.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// Long names must not push the table off the screen.
std::string shortened(const std::string& text, std::size_t width) {
  if (width_of(text) <= width) return text;
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    const bool starts = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (starts && ++seen == width - 1) break;
  }
  return text.substr(0, end) + "..";
}

std::string share(double part, double total) { return human_share(total > 0 ? part / total : 0); }

std::string cluster_line(const RunHeader& header) {
  return fmt::format("{}, {}, {}, {}", counted(header.workers, "worker"),
                     counted(header.servers, "server"), header.network, header.learner);
}

std::string target_cell(const VariantSummary& variant) {
  if (!variant.time_to_target_s) return "-";
  return human_seconds(*variant.time_to_target_s);
}

std::string range_cell(const VariantSummary& variant) {
  if (variant.runs < 2 || !variant.time_to_target_s_min) return "";
  return fmt::format("{} .. {}", human_number(*variant.time_to_target_s_min),
                     human_number(*variant.time_to_target_s_max));
}

std::string speedup_cell(const VariantSummary& variant) {
  return variant.speedup ? fmt::format("{:.2f}x", *variant.speedup) : std::string("-");
}

std::string loss_cell(const VariantSummary& variant) {
  return variant.final_loss ? human_number(variant.final_loss->median, 4) : std::string("-");
}

std::string staleness_cell(const VariantSummary& variant) {
  return fmt::format("{} / {}", human_number(variant.mean_staleness, 2), variant.max_staleness);
}

TextTable variants_with_target(const Comparison& comparison) {
  TextTable table({"variant", "to target", "seeds (s)", "speed-up", "reached", "iterations",
                   "compute", "wait", "staleness"});
  for (const VariantSummary& variant : comparison.variants) {
    const TimeSplit& time = variant.time_per_iteration;
    table.add_row({shortened(variant.name, 18), target_cell(variant), range_cell(variant),
                   speedup_cell(variant), fmt::format("{} of {}", variant.reached, variant.runs),
                   human_number(variant.iterations_to_target.value_or(variant.iterations), 3),
                   share(time.compute_s, time.total()), share(time.wait_s, time.total()),
                   staleness_cell(variant)});
  }
  return table;
}

TextTable variants_without_target(const Comparison& comparison) {
  TextTable table({"variant", "time", "iterations", "iterations/s", "speed-up", "final loss",
                   "compute", "wait", "staleness", "traffic"});
  for (const VariantSummary& variant : comparison.variants) {
    const TimeSplit& time = variant.time_per_iteration;
    table.add_row({shortened(variant.name, 16), human_seconds(variant.virtual_time_s),
                   human_number(variant.iterations, 3), human_number(variant.iterations_per_s, 3),
                   speedup_cell(variant), loss_cell(variant), share(time.compute_s, time.total()),
                   share(time.wait_s, time.total()), staleness_cell(variant),
                   human_bytes(variant.bytes_on_wire)});
  }
  return table;
}

std::string seconds_cell(const std::optional<double>& seconds) {
  return seconds ? human_seconds(*seconds) : std::string("-");
}

std::string outcome(const VariantSummary& variant) {
  if (variant.failed == 0) return variant.failovers > 0 ? "survived" : "-";
  return variant.runs == 1 ? std::string("FAILED")
                           : fmt::format("{} of {} FAILED", variant.failed, variant.runs);
}

// What became of the faults, and what it cost.
TextTable failures_table(const Comparison& comparison) {
  TextTable table(
      {"variant", "outcome", "failovers", "recovery", "95 % throughput", "replication"});
  for (const VariantSummary& variant : comparison.variants)
    table.add_row({shortened(variant.name, 18), outcome(variant), human_number(variant.failovers),
                   seconds_cell(variant.recovery_s_max),
                   seconds_cell(variant.throughput_recovery_s_max),
                   share(variant.replication_bytes, variant.bytes_on_wire)});
  return table;
}

}  // namespace

std::string wrapped(const std::string& text, std::size_t width) {
  std::string result, line;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!line.empty() && width_of(line) + 1 + width_of(word) > width) {
      result += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    begin = end + 1;
  }
  return result + line + "\n";
}

TextTable::TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

void TextTable::add_row(std::vector<std::string> cells) {
  cells.resize(rows_.front().size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width_of(row[i]), ' ');
      line += i == 0 ? row[i] + padding : "  " + padding + row[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string run_table(const RunData& run) {
  const Summary summary = summarize(run);
  const RunHeader& header = run.header;
  std::string text = fmt::format("{}, {}, seed {}: {}\n{}\n\n", header.scenario, header.scheme(),
                                 header.seed, status_name(run.status), cluster_line(header));
  const auto line = [&](std::string_view name, const std::string& value) {
    text += fmt::format("{:<14}{}\n", name, value);
  };
  line("virtual time", human_seconds(run.virtual_time_s));
  line("iterations", fmt::format("{} per worker ({} to {}), {} each, {} per second in all",
                                 human_number(summary.iterations), run.iterations_min,
                                 run.iterations_max, human_seconds(summary.iteration_s_mean),
                                 human_number(summary.iterations_per_s, 4)));
  if (summary.final_loss) line("final loss", human_number(*summary.final_loss, 4));
  if (summary.final_metric) line(header.metric_name, human_number(*summary.final_metric, 4));
  if (header.target_loss) {
    line("target loss",
         summary.time_to_target_s
             ? fmt::format("{} reached at {}, iteration {}", exact(*header.target_loss),
                           human_seconds(*summary.time_to_target_s),
                           human_number(*summary.iterations_to_target))
             : fmt::format("{} not reached", exact(*header.target_loss)));
  }
  const double total = run.time.total();
  line("workers' time", fmt::format("{} compute, {} wait, {} pull, {} push",
                                    share(run.time.compute_s, total), share(run.time.wait_s, total),
                                    share(run.time.pull_s, total), share(run.time.push_s, total)));
  line("staleness",
       fmt::format("mean {}, at most {} clocks; mean {}, at most {} updates",
                   human_number(run.staleness.mean()), run.staleness.max(),
                   human_number(run.staleness_updates.mean()), run.staleness_updates.max()));
  std::string traffic =
      fmt::format("{} in {} messages", human_bytes(static_cast<double>(summary.bytes_on_wire)),
                  human_count(summary.messages));
  if (summary.server_load_skew) {
    traffic += fmt::format(", busiest server {:.2f}x the mean", *summary.server_load_skew);
  }
  if (summary.replication_bytes > 0)
    traffic +=
        fmt::format(", {} of it replication", share(static_cast<double>(summary.replication_bytes),
                                                    static_cast<double>(summary.bytes_on_wire)));
  if (run.messages_corrupted > 0)
    traffic += fmt::format(", {} corrupted", human_count(run.messages_corrupted));
  line("traffic", traffic);
  if (summary.faults > 0) {
    std::string faults = counted(summary.faults, "fault");
    faults += ", " + counted(summary.failovers, "failover");
    if (summary.recovery_s_max) {
      faults += ", longest recovery " + human_seconds(*summary.recovery_s_max);
    }
    if (summary.throughput_recovery_s_max)
      faults +=
          ", 95 % of the throughput after " + human_seconds(*summary.throughput_recovery_s_max);
    line("faults", faults);
  }
  if (run.checkpoints > 0 || run.iterations_lost > 0) {
    std::string checkpoints = human_count(run.checkpoints);
    if (run.checkpoints > 0) checkpoints += ", " + human_seconds(run.checkpoint_s) + " of writing";
    if (run.iterations_lost > 0)
      checkpoints += ", " + human_number(summary.iterations_lost) + " iterations per worker lost";
    line("checkpoints", checkpoints);
  }
  if (!run.failure.empty()) line("failure", run.failure);
  return text;
}

std::string compare_table(const ComparisonData& data) {
  const Comparison comparison = compare(data);
  std::string text = data.scenario;
  if (comparison.target_loss) {
    text += fmt::format(", target loss {}", exact(*comparison.target_loss));
  }
  if (data.status != RunStatus::kDone) text += fmt::format(": {}", status_name(data.status));
  text += "\n";
  if (!data.variants.empty() && !data.variants.front().runs.empty()) {
    text += cluster_line(data.variants.front().runs.front().header) + "\n";
  }
  const TextTable table = comparison.target_loss ? variants_with_target(comparison)
                                                 : variants_without_target(comparison);
  text += "\n" + table.text();
  if (has_failures(comparison)) text += "\n" + failures_table(comparison).text();
  text += "\n" + wrapped(verdict(comparison), 100);
  for (const Verified& verified : verify(data))
    text += wrapped(
        fmt::format("{}: {}", verified.holds ? "As expected" : "NOT AS EXPECTED", verified.text),
        100);
  return text;
}

}  // namespace psgrid::analysis
