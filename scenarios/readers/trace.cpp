#include "scenarios/readers/trace.hpp"

#include <algorithm>
#include <array>

#include "scenarios/input/node_range.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

using TracePoint = StragglerSpec::TracePoint;

// Ranges in a small file must not grow into more than this.
constexpr std::size_t kMaxPoints = std::size_t{1} << 20;
constexpr std::size_t kMaxErrors = 100;

class TraceReader {
 public:
  TraceReader(const std::string& name, const ClusterSpec& cluster)
      : name_(name), cluster_(cluster) {}

  void add_line(std::string_view line, std::uint64_t number) {
    if (line.find_first_not_of(" \t") == std::string_view::npos) return;
    line_ = number;
    const std::vector<Field> fields = split_fields(line);
    if (fields.size() != 3)
      return fail(
          1, "found " + std::to_string(fields.size()) + " fields, expected 3: time, node, factor");
    if (fields[0].text == "time" && fields[1].text == "node" && points.empty()) return;
    const std::optional<double> time = parse_number(fields[0].text);
    if (!time || *time < 0)
      return fail(fields[0].column,
                  "found " + in_quotes(fields[0].text) + ", expected a time in seconds, 0 or more");
    const std::optional<double> factor = parse_number(fields[2].text);
    if (!factor || *factor <= 0)
      return fail(fields[2].column,
                  "found " + in_quotes(fields[2].text) + ", expected a factor above 0");
    add_nodes(fields[1], *time, *factor);
  }

  std::vector<TracePoint> points;
  std::vector<InputError> errors;

 private:
  void add_nodes(const Field& field, double time, double factor) {
    const std::optional<NodeRange> range = parse_node_range(field.text);
    if (!range)
      return fail(field.column, "found " + in_quotes(field.text) +
                                    ", expected nodes such as \"worker[3]\" or \"worker[0-7]\"");
    const std::uint32_t count = count_of(cluster_, range->role);
    const std::uint32_t last = range->last == kEveryRank ? count - 1 : range->last;
    if (last >= count)
      return fail(field.column, "found " + in_quotes(field.text) + ", expected ranks below " +
                                    std::to_string(count) + ", the number of " +
                                    role_name(range->role) + "s");
    if (points.size() + (last - range->first) >= kMaxPoints)
      return fail(field.column, "found more than 2^20 rows and nodes, expected at most that");
    for (std::uint32_t rank = range->first; rank <= last; ++rank)
      points.push_back({time, {range->role, rank}, factor});
  }

  void fail(std::uint64_t column, std::string message) {
    if (errors.size() < kMaxErrors)
      errors.push_back({name_, line_, column, "", std::move(message)});
  }

  const std::string& name_;
  const ClusterSpec& cluster_;
  std::uint64_t line_ = 0;
};

}  // namespace

Result<std::vector<TracePoint>> read_trace(std::string_view text, const std::string& name,
                                           const ClusterSpec& cluster) {
  TraceReader reader(name, cluster);
  Lines lines(text);
  for (std::string_view line; lines.next(line);) reader.add_line(line, lines.number());
  if (!reader.errors.empty()) return reader.errors;
  if (reader.points.empty())
    return InputError{name, 0, 0, "", "found no rows, expected time,node,factor"};
  std::stable_sort(reader.points.begin(), reader.points.end(),
                   [](const TracePoint& a, const TracePoint& b) { return a.time < b.time; });
  return std::move(reader.points);
}

}  // namespace psgrid::scenarios
