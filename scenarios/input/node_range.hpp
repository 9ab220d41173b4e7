// The text form of sets of nodes: "worker[*]", "worker[0-7]", "server[2]".
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "model/cluster_spec.hpp"

namespace psgrid::scenarios {

// The last rank of an open range ("*"), before the size of the cluster is known.
inline constexpr std::uint32_t kEveryRank = std::numeric_limits<std::uint32_t>::max();

// Nothing if the text is not a range; "*" gives first = 0, last = kEveryRank.
std::optional<NodeRange> parse_node_range(std::string_view text);

// The shortest text for a range whose ranks are known.
std::string node_range_text(const NodeRange& range, const ClusterSpec& cluster);

}  // namespace psgrid::scenarios
