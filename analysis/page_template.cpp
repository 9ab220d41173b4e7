#include "analysis/page_template.hpp"

#include <stdexcept>

namespace psgrid::analysis {

std::string filled_template(std::string_view text,
                            const std::vector<std::pair<std::string_view, std::string>>& values) {
  std::string result;
  while (true) {
    const std::size_t open = text.find("{{");
    result += text.substr(0, open);
    if (open == std::string_view::npos) return result;
    const std::size_t close = text.find("}}", open);
    const std::string_view name = text.substr(open + 2, close - open - 2);
    bool found = false;
    for (const auto& [each, value] : values) {
      if (each != name) continue;
      result += value;
      found = true;
    }
    if (!found) throw std::logic_error("the template has an unknown placeholder");
    text.remove_prefix(close + 2);
  }
}

}  // namespace psgrid::analysis
