#include "analysis/filter_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "analysis/number_format.hpp"

namespace psgrid::analysis {
namespace {

constexpr const char* kSeparator = "; ";

std::string filter_text(const FilterSpec& filter) {
  switch (filter.type) {
    case FilterType::kKeyCaching:
      return "key_caching";
    case FilterType::kSnappy:
      return "snappy";
    case FilterType::kFixedPoint:
      return fmt::format("fixed_point {}", filter.bytes);
    case FilterType::kSignificantlyModified:
      return fmt::format("significantly_modified {}{}", exact(filter.threshold),
                         filter.relative ? " relative" : "");
    case FilterType::kRandomSkip:
      return "random_skip " + exact(filter.probability);
    case FilterType::kKkt:
      return "kkt " + exact(filter.margin);
    case FilterType::kTopK:
      return "top_k " + exact(filter.ratio);
    case FilterType::kOneBit:
      return "one_bit";
  }
  return "";
}

}  // namespace

std::string filters_text(const std::vector<FilterSpec>& filters) {
  std::string text;
  for (const FilterSpec& filter : filters) {
    if (!text.empty()) text += kSeparator;
    text += filter_text(filter) + (filter.push && filter.pull ? " (both ways)"
                                   : filter.push              ? " (push)"
                                                              : " (pull)");
  }
  return text;
}

std::vector<std::string> filter_names(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(kSeparator, begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    names.push_back(part.substr(0, part.find(" (")));
    begin = end + 2;
  }
  return names;
}

}  // namespace psgrid::analysis
