#include "scenarios/readers/ratings.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

// Numbers as in the files, to columns.
using Columns = std::map<std::uint64_t, std::uint32_t>;

void number(Columns& columns) {
  std::uint32_t next = 0;
  for (auto& [key, column] : columns) column = next++;
}

RawData as_rows(const std::vector<Rating>& ratings, const Columns& users, const Columns& items) {
  RawData raw;
  Dataset& data = raw.data;
  data.rows = static_cast<std::uint32_t>(ratings.size());
  data.users = static_cast<std::uint32_t>(users.size());
  data.features = data.users + static_cast<std::uint32_t>(items.size());
  data.row_begin.push_back(0);
  for (const Rating& rating : ratings) {
    data.labels.push_back(rating.value);
    data.column.push_back(users.at(rating.user));
    data.column.push_back(data.users + items.at(rating.item));
    data.value.insert(data.value.end(), {1, 1});
    data.row_begin.push_back(data.column.size());
    raw.line.push_back(rating.line);
  }
  return raw;
}

}  // namespace

Result<std::vector<Rating>> read_ratings(std::string_view text, const std::string& name) {
  std::vector<Rating> ratings;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    const std::vector<Word> words = split_words(line.substr(0, line.find('#')));
    if (words.empty()) continue;
    const auto error = [&](std::uint64_t column, std::string message) {
      return InputError{name, lines.number(), column, "", std::move(message)};
    };
    if (words.size() < 3 || words.size() > 4)
      return error(words.back().column,
                   "found " + std::to_string(words.size()) +
                       (words.size() == 1 ? " field" : " fields") +
                       ", expected 3: user, item, rating (and perhaps a time)");
    const std::optional<std::uint64_t> user = parse_unsigned(words[0].text);
    const std::optional<std::uint64_t> item = parse_unsigned(words[1].text);
    const std::optional<double> value = parse_number(words[2].text);
    if (!user)
      return error(words[0].column, "found " + in_quotes(words[0].text) +
                                        ", expected a user as a whole number from 0");
    if (!item)
      return error(words[1].column, "found " + in_quotes(words[1].text) +
                                        ", expected an item as a whole number from 0");
    if (!value || !std::isfinite(static_cast<float>(*value)))
      return error(words[2].column,
                   "found " + in_quotes(words[2].text) + ", expected a rating that fits float32");
    if (ratings.size() == kMaxRows)
      return error(1, "found more than 2^27 ratings, expected at most that");
    ratings.push_back({*user, *item, static_cast<float>(*value), lines.number()});
  }
  return ratings;
}

RatingsData index_ratings(const std::vector<Rating>& train, const std::vector<Rating>& test) {
  Columns users, items;
  for (const std::vector<Rating>* part : {&train, &test}) {
    for (const Rating& rating : *part) {
      users.emplace(rating.user, 0);
      items.emplace(rating.item, 0);
    }
  }
  number(users);
  number(items);
  return {as_rows(train, users, items), as_rows(test, users, items)};
}

}  // namespace psgrid::scenarios
