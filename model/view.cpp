#include "model/view.hpp"

#include <algorithm>
#include <numeric>
#include <set>

namespace psgrid {

std::vector<Chain> first_chains(const std::vector<std::uint32_t>& homes,
                                const std::vector<std::uint32_t>& servers, std::uint32_t factor) {
  std::vector<Chain> chains;
  chains.reserve(homes.size());
  for (std::uint32_t home : homes) {
    Chain& chain =
        chains.emplace_back(Chain{.since = {1}, .servers = {}, .joiner = {}, .joining_since = {}});
    const auto first = std::find(servers.begin(), servers.end(), home) - servers.begin();
    for (std::size_t i = 0; i < std::min<std::size_t>(factor, servers.size()); ++i)
      chain.servers.push_back(servers[(static_cast<std::size_t>(first) + i) % servers.size()]);
  }
  return chains;
}

View::View(ViewDescription description, const View* previous)
    : description_(std::move(description)) {
  const bool same = previous && previous->shards() == shards() &&
                    previous->description_.tables == description_.tables &&
                    previous->description_.partition == description_.partition;
  layout_ = same ? previous->layout_ : lay(description_);
  for (const Chain& chain : description_.chains)
    newest_chain_ = std::max(newest_chain_, chain.since);
}

std::shared_ptr<const View::Layout> View::lay(const ViewDescription& description) {
  const auto layout = std::make_shared<Layout>();
  // Points on the rings are those of shards, wherever they are held.
  std::vector<std::uint32_t> shards(description.homes.size());
  std::iota(shards.begin(), shards.end(), 0);
  layout->rings.reserve(description.tables.size());
  for (std::size_t table = 0; table < description.tables.size(); ++table)
    layout->rings.emplace_back(description.partition, shards,
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
  if (!before) {
    const std::set<std::uint32_t> servers(view.description().homes.begin(),
                                          view.description().homes.end());
    return text + std::to_string(servers.size()) + " servers, " +
           std::to_string(view.workers() - view.description().expelled.size()) + " workers";
  }
  const char* separator = "";
  for (std::uint32_t shard = 0; shard < view.shards(); ++shard) {
    const Chain& chain = view.chain(shard);
    if (chain == before->chain(shard)) continue;
    text += separator + ("shard " + std::to_string(shard) + " at");
    separator = "; ";
    for (std::uint32_t server : chain.servers) text += " " + to_string(server_id(server));
    if (chain.joiner) text += ", joined by " + to_string(server_id(*chain.joiner));
  }
  const std::vector<std::uint32_t>& gone = view.description().expelled;
  const std::vector<std::uint32_t>& gone_before = before->description().expelled;
  const auto tell = [&](const char* how, const auto& workers, const auto& others) {
    for (std::uint32_t worker : workers) {
      if (std::binary_search(others.begin(), others.end(), worker)) continue;
      text += separator + (how + to_string(worker_id(worker)));
      separator = "; ";
    }
  };
  tell("without ", gone, gone_before);
  tell("with ", gone_before, gone);
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
