#include "analysis/report_sections.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "analysis/escape.hpp"
#include "analysis/number_format.hpp"

namespace psgrid::analysis {
namespace {

const RunHeader* header_of(const ComparisonData& data) {
  for (const VariantRuns& variant : data.variants) {
    if (!variant.runs.empty()) return &variant.runs.front().header;
  }
  return nullptr;
}

std::set<std::uint64_t> seeds_of(const ComparisonData& data) {
  std::set<std::uint64_t> seeds;
  for (const VariantRuns& variant : data.variants) {
    for (const RunData& run : variant.runs) seeds.insert(run.header.seed);
  }
  return seeds;
}

std::string distinct(const ComparisonData& data, std::string RunHeader::*member) {
  std::vector<std::string> values;
  for (const VariantRuns& variant : data.variants) {
    if (variant.runs.empty()) continue;
    const std::string& value = variant.runs.front().header.*member;
    if (value.empty()) continue;
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  return escape_html(fmt::format("{}", fmt::join(values, "; ")));
}

// Events of one run; those that happen at many nodes at once share a line.
struct EventLine {
  const EventRow* event;
  std::string nodes;
  std::size_t count;
};

std::vector<EventLine> event_lines(const RunData& run) {
  std::vector<EventLine> lines;
  for (const EventRow& event : run.events) {
    if (!lines.empty()) {
      EventLine& last = lines.back();
      if (last.event->time_s == event.time_s && last.event->event == event.event &&
          last.event->detail == event.detail && last.event->node.role == event.node.role) {
        if (++last.count <= 3) last.nodes += ", " + to_string(event.node);
        continue;
      }
    }
    lines.push_back({&event, to_string(event.node), 1});
  }
  return lines;
}

std::string event_row(const EventLine& line, const std::string& variant, bool with_variant) {
  std::string nodes = escape_html(line.nodes);
  if (line.count > 3) nodes += fmt::format(", &hellip; ({} nodes)", line.count);
  const bool fault = is_fault(*line.event);
  return fmt::format(
      "<tr{}>{}<td class=\"number\">{}</td><td>{}{}</td><td>{}</td><td>{}</td></tr>\n",
      fault ? " class=\"fault\"" : "",
      with_variant ? "<td>" + escape_html(variant) + "</td>" : std::string(),
      human_number(line.event->time_s, 4) + " s", escape_html(line.event->event),
      fault ? " <em>fault</em>" : "", nodes, escape_html(line.event->detail));
}

}  // namespace

std::string status_banner(const ComparisonData& data) {
  std::string problems;
  for (const VariantRuns& variant : data.variants) {
    for (const RunData& run : variant.runs) {
      if (run.status == RunStatus::kDone) continue;
      problems += fmt::format("<li>{}, seed {}: {}{}</li>", escape_html(variant.name),
                              run.header.seed, status_name(run.status),
                              run.failure.empty() ? "" : ": " + escape_html(run.failure));
    }
  }
  if (problems.empty() && data.status == RunStatus::kDone) return "";
  return fmt::format(
      "<div class=\"banner\" role=\"alert\"><strong>{}</strong> The results below are partial."
      "<ul>{}</ul></div>",
      data.status == RunStatus::kInterrupted ? "Interrupted." : "Some runs failed.", problems);
}

std::string subtitle(const ComparisonData& data) {
  const RunHeader* header = header_of(data);
  if (!header) return "";
  const std::set<std::uint64_t> seeds = seeds_of(data);
  std::vector<std::string> parts = {
      fmt::format("{}, {}", counted(header->workers, "worker"), counted(header->servers, "server")),
      escape_html(header->learner)};
  if (!header->data.empty()) parts.push_back(escape_html(header->data));
  if (data.variants.size() > 1) parts.push_back(counted(data.variants.size(), "variant"));
  parts.push_back(seeds.size() == 1 ? fmt::format("seed {}", *seeds.begin())
                                    : counted(seeds.size(), "seed"));
  parts.push_back(header->backend == "sim" ? "simulated network" : "real sockets");
  return fmt::format("{}", fmt::join(parts, " &middot; "));
}

std::string events_section(const ComparisonData& data) {
  constexpr std::size_t rows_max = 200;
  const bool with_variant = data.variants.size() > 1;
  std::string rows;
  std::size_t count = 0, faults = 0, hidden = 0;
  for (const VariantRuns& variant : data.variants) {
    if (variant.runs.empty()) continue;
    for (const EventLine& line : event_lines(variant.runs.front())) {
      if (is_fault(*line.event)) ++faults;
      if (count == rows_max) {
        ++hidden;
        continue;
      }
      rows += event_row(line, variant.name, with_variant);
      ++count;
    }
  }
  if (count == 0) return "<p>Nothing happened beside the training itself.</p>\n";
  const std::string of_them = faults == 0   ? "none of them a fault"
                              : faults == 1 ? "one of them a fault"
                                            : fmt::format("{} of them faults", faults);
  std::string html =
      fmt::format("<details{}><summary>{}, {}</summary>\n", faults > 0 ? " open" : "",
                  counted(count + hidden, "event"), of_them);
  html += fmt::format(
      "<table class=\"events\"><thead><tr>{}<th>Time</th><th>Event</th><th>Node</th>"
      "<th>Detail</th></tr></thead>\n<tbody>\n{}</tbody></table>\n",
      with_variant ? "<th>Variant</th>" : "", rows);
  if (hidden > 0) html += fmt::format("<p class=\"note\">{} more in events.csv.</p>\n", hidden);
  return html + "</details>\n";
}

std::string scenario_section(const ComparisonData& data) {
  const RunHeader* header = header_of(data);
  if (!header) return "";
  std::string html = "<dl class=\"scenario\">\n";
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
  };
  add("Nodes",
      fmt::format("{}, {}, {}", counted(header->workers, "worker"),
                  counted(header->servers, "server"), counted(header->managers, "manager")));
  add("Network", distinct(data, &RunHeader::network));
  add("Stragglers", header->stragglers.empty() ? "none" : distinct(data, &RunHeader::stragglers));
  add("Architecture", distinct(data, &RunHeader::architecture));
  add("Consistency", distinct(data, &RunHeader::consistency));
  add("Replication", distinct(data, &RunHeader::replication));
  add("Failover", distinct(data, &RunHeader::failover));
  add("Filters", distinct(data, &RunHeader::filters));
  add("Learner", distinct(data, &RunHeader::learner));
  add("Data", distinct(data, &RunHeader::data));
  add("Optimizer", distinct(data, &RunHeader::optimizer));
  add("Mini-batch", counted(header->batch, "example") + " per worker");
  add("Target loss", header->target_loss ? exact(*header->target_loss) : "none");
  const std::set<std::uint64_t> seeds = seeds_of(data);
  add(seeds.size() == 1 ? "Seed" : "Seeds", fmt::format("{}", fmt::join(seeds, ", ")));
  return html + "</dl>\n";
}

}  // namespace psgrid::analysis
