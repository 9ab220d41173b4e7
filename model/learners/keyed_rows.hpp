// The rows of a section, found by key.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "model/check.hpp"
#include "model/values.hpp"

namespace psgrid {

// Keys are a list, or one range.
class KeyedRows {
 public:
  KeyedRows(const KeySet& keys, std::uint32_t width) : keys_(keys), width_(width) {
    PSGRID_CHECK(!keys.is_ranges() || keys.as_ranges().size() <= 1, "a list of keys, or one range");
  }

  std::uint64_t size() const { return keys_.size(); }

  // Where a key of the set stands in it.
  std::size_t position(Key key) const {
    if (keys_.is_ranges()) return key - keys_.as_ranges()[0].begin;
    const std::span<const Key> list = keys_.as_list();
    const auto place = std::lower_bound(list.begin(), list.end(), key);
    PSGRID_CHECK(place != list.end() && *place == key, "a key of the section");
    return static_cast<std::size_t>(place - list.begin());
  }

  template <class Float>
  std::span<Float> row(std::span<Float> values, Key key) const {
    return values.subspan(position(key) * width_, width_);
  }

 private:
  KeySet keys_;
  std::uint32_t width_;
};

}  // namespace psgrid
