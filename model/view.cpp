#include "model/view.hpp"

#include <algorithm>

namespace psgrid {

std::vector<Chain> first_chains(const std::vector<std::uint32_t>& homes, std::uint32_t factor) {
  std::vector<Chain> chains;
  chains.reserve(homes.size());
  for (std::size_t shard = 0; shard < homes.size(); ++shard) {
    Chain& chain = chains.emplace_back(Chain{.since = {1}, .servers = {}, .joiner = {}});
    for (std::size_t i = 0; i < std::min<std::size_t>(factor, homes.size()); ++i)
      chain.servers.push_back(homes[(shard + i) % homes.size()]);
  }
  return chains;
}

View::View(ViewDescription description, const View* previous)
    : description_(std::move(description)) {
  const bool same = previous && previous->description_.homes == description_.homes &&
                    previous->description_.tables == description_.tables &&
                    previous->description_.partition == description_.partition;
  layout_ = same ? previous->layout_ : lay(description_);
  for (const Chain& chain : description_.chains)
    newest_chain_ = std::max(newest_chain_, chain.since);
}

std::shared_ptr<const View::Layout> View::lay(const ViewDescription& description) {
  const auto layout = std::make_shared<Layout>();
  layout->rings.reserve(description.tables.size());
  for (std::size_t table = 0; table < description.tables.size(); ++table)
    layout->rings.emplace_back(description.partition, description.homes,
                               Namespace{static_cast<std::uint16_t>(table)},
                               description.tables[table].keys);
  layout->phantom_rows.resize(description.homes.size());
  for (std::size_t table = 0; table < layout->rings.size(); ++table) {
    const Namespace id{static_cast<std::uint16_t>(table)};
    layout->everything.push_back({id, layout->rings[table].all(), {}});
    for (std::uint32_t shard = 0; shard < layout->phantom_rows.size(); ++shard) {
      const KeySet& keys = layout->rings[table].owned(shard);
      if (keys.empty()) continue;
      layout->phantom_rows[shard].push_back(
          {id, keys, Values::phantom(keys.size() * description.tables[table].width)});
    }
  }
  return layout;
}

std::vector<std::uint32_t> View::shards_of(std::uint32_t server) const {
  std::vector<std::uint32_t> shards;
  for (std::uint32_t shard = 0; shard < this->shards(); ++shard) {
    const Chain& chain = description_.chains[shard];
    if (chain.joiner == server ||
        std::find(chain.servers.begin(), chain.servers.end(), server) != chain.servers.end())
      shards.push_back(shard);
  }
  return shards;
}

std::string describe(const View& view, const View* before) {
  std::string text = "epoch " + std::to_string(view.epoch().value) + ": ";
  if (!before)
    return text + std::to_string(view.shards()) + " servers, " + std::to_string(view.workers()) +
           " workers";
  const char* separator = "";
  for (std::uint32_t shard = 0; shard < view.shards(); ++shard) {
    const Chain& chain = view.chain(shard);
    if (chain == before->chain(shard)) continue;
    text += separator + ("shard " + std::to_string(shard) + " at");
    separator = "; ";
    for (std::uint32_t server : chain.servers) text += " " + to_string(server_id(server));
    if (chain.joiner) text += ", joined by " + to_string(server_id(*chain.joiner));
  }
  for (std::uint32_t worker : view.description().expelled) {
    const std::vector<std::uint32_t>& known = before->description().expelled;
    if (std::binary_search(known.begin(), known.end(), worker)) continue;
    text += separator + ("without " + to_string(worker_id(worker)));
    separator = "; ";
  }
  return text;
}

std::optional<std::uint32_t> View::only_shard_read_at(std::uint32_t server) const {
  std::optional<std::uint32_t> found;
  for (std::uint32_t shard = 0; shard < shards(); ++shard) {
    if (chain(shard).tail() != server) continue;
    if (found) return {};
    found = shard;
  }
  return found;
}

}  // namespace psgrid
