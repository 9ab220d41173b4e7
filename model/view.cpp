#include "model/view.hpp"

namespace psgrid {

View::View(ViewDescription description) : description_(std::move(description)) {
  rings_.reserve(description_.tables.size());
  for (std::size_t table = 0; table < description_.tables.size(); ++table)
    rings_.emplace_back(description_.partition, description_.servers,
                        Namespace{static_cast<std::uint16_t>(table)}, description_.tables[table]);
}

}  // namespace psgrid
