// Ratings as text: "user item rating" a line, separated by blanks or tabs.
//
// Users and items are whole numbers from 0, in any numbering. A fourth field (MovieLens has the
// time there) is not used. Blank lines and comments (from '#' to the end of the line) are skipped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/readers/raw_data.hpp"

namespace psgrid::scenarios {

struct Rating {
  std::uint64_t user = 0, item = 0;  // as numbered in the file
  float value = 0;
  std::uint64_t line = 0;
};

// Stops at the first error.
Result<std::vector<Rating>> read_ratings(std::string_view text, const std::string& name);

// Both parts (`test` may be empty) as data, see Dataset::users: columns are all users of either
// part in the order of their numbers, then all items.
struct RatingsData {
  RawData train, test;
};
RatingsData index_ratings(const std::vector<Rating>& train, const std::vector<Rating>& test);

}  // namespace psgrid::scenarios
