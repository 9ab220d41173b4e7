#include "model/view.hpp"

namespace psgrid {

View::View(ViewDescription description) : description_(std::move(description)) {
  rings_.reserve(description_.tables.size());
  for (std::size_t table = 0; table < description_.tables.size(); ++table)
    rings_.emplace_back(description_.partition, description_.servers,
                        Namespace{static_cast<std::uint16_t>(table)}, description_.tables[table].keys);
  phantom_rows_.resize(description_.servers.size());
  for (std::size_t table = 0; table < rings_.size(); ++table) {
    const Namespace id{static_cast<std::uint16_t>(table)};
    everything_.push_back({id, rings_[table].all(), {}});
    for (std::uint32_t server = 0; server < phantom_rows_.size(); ++server) {
      const KeySet& keys = rings_[table].owned(server);
      if (keys.empty()) continue;
      phantom_rows_[server].push_back(
          {id, keys, Values::phantom(keys.size() * description_.tables[table].width)});
    }
  }
}

}  // namespace psgrid
