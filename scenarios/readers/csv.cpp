#include "scenarios/readers/csv.hpp"

#include <algorithm>
#include <cmath>

#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

bool is_header(const std::vector<Field>& fields) {
  return std::none_of(fields.begin(), fields.end(), [](const Field& field) {
    return field.text.empty() || parse_number(field.text).has_value();
  });
}

}  // namespace

Result<RawData> read_csv(std::string_view text, const std::string& name, std::int32_t label_column,
                         std::uint32_t features) {
  RawData raw;
  raw.file = name;
  std::size_t columns = features > 0 ? features + std::size_t{1} : 0;
  std::size_t label = 0;
  bool first = true;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    const std::vector<Field> fields = split_fields(line);
    const auto error = [&](std::uint64_t column, std::string message) {
      return InputError{name, lines.number(), column, "", std::move(message)};
    };
    if (columns == 0) columns = fields.size();
    if (fields.size() != columns)
      return error(1, "found " + std::to_string(fields.size()) + " fields, expected " +
                          std::to_string(columns));
    if (first) {
      const std::int64_t count = static_cast<std::int64_t>(columns);
      const std::int64_t wanted = label_column < 0 ? count + label_column : label_column;
      if (wanted < 0 || wanted >= count || count < 2)
        return error(1, "found " + std::to_string(count) + (count == 1 ? " column" : " columns") +
                            ", expected a label in column " + std::to_string(label_column) +
                            " and at least one other");
      label = static_cast<std::size_t>(wanted);
      first = false;
      if (is_header(fields)) continue;
    }
    if (raw.data.rows == kMaxRows)
      return error(1, "found more than 2^27 rows, expected at most that");
    for (std::size_t i = 0; i < columns; ++i) {
      const std::optional<double> value = parse_number(fields[i].text);
      if (!value || !std::isfinite(static_cast<float>(*value)))
        return error(fields[i].column, "found " + in_quotes(fields[i].text) +
                                           ", expected a finite number that fits float32");
      if (i == label)
        raw.data.labels.push_back(static_cast<float>(*value));
      else
        raw.data.dense.push_back(static_cast<float>(*value));
    }
    raw.line.push_back(lines.number());
    ++raw.data.rows;
  }
  raw.data.features = columns > 0 ? static_cast<std::uint32_t>(columns - 1) : 0;
  return raw;
}

}  // namespace psgrid::scenarios
