#include "scenarios/input/node_range.hpp"

#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

std::optional<std::uint32_t> parse_rank(std::string_view text) {
  const std::optional<std::uint64_t> rank = parse_unsigned(text);
  if (!rank || *rank >= kEveryRank) return std::nullopt;
  return static_cast<std::uint32_t>(*rank);
}

}  // namespace

std::optional<NodeRange> parse_node_range(std::string_view text) {
  const std::size_t open = text.find('[');
  if (open == std::string_view::npos || !text.ends_with(']')) return std::nullopt;
  NodeRange range;
  const std::string_view role = text.substr(0, open);
  if (role == "worker")
    range.role = Role::kWorker;
  else if (role == "server")
    range.role = Role::kServer;
  else if (role == "manager")
    range.role = Role::kManager;
  else
    return std::nullopt;

  const std::string_view ranks = text.substr(open + 1, text.size() - open - 2);
  if (ranks == "*") {
    range.last = kEveryRank;
    return range;
  }
  const std::size_t dash = ranks.find('-');
  const std::optional<std::uint32_t> first = parse_rank(ranks.substr(0, dash));
  const std::optional<std::uint32_t> last =
      dash == std::string_view::npos ? first : parse_rank(ranks.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  range.first = *first;
  range.last = *last;
  return range;
}

std::string node_range_text(const NodeRange& range, const ClusterSpec& cluster) {
  std::string ranks = std::to_string(range.first);
  if (range.first == 0 && range.last + 1 == count_of(cluster, range.role))
    ranks = "*";
  else if (range.last > range.first)
    ranks += "-" + std::to_string(range.last);
  return std::string(role_name(range.role)) + "[" + ranks + "]";
}

}  // namespace psgrid::scenarios
