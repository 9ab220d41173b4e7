// The numbers that a message carries: an immutable array of float32.
//
// Copies share the array. In timing-only runs an array is *phantom*: it has a size, and is charged
// for on the wire, but holds nothing (it reads as zeros once encoded and decoded).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "model/ids.hpp"
#include "model/key_set.hpp"
#include "model/shared_list.hpp"

namespace psgrid {

class Values {
 public:
  Values() = default;
  explicit Values(std::vector<float> data)
      : size_(data.size()), data_(std::make_shared<const std::vector<float>>(std::move(data))) {}

  static Values phantom(std::uint64_t size) {
    Values values;
    values.size_ = size;
    return values;
  }

  std::uint64_t size() const { return size_; }
  bool is_phantom() const { return size_ > 0 && !data_; }

  // Empty for a phantom.
  std::span<const float> data() const {
    return data_ ? std::span<const float>(*data_) : std::span<const float>();
  }

 private:
  std::uint64_t size_ = 0;
  std::shared_ptr<const std::vector<float>> data_;
};

// Part of one table: `keys.size()` rows in key order, each of `values.size() / keys.size()` values.
// In a pull request `values` is empty.
struct Section {
  Namespace table;
  KeySet keys;
  Values values;
};

using Sections = SharedList<Section>;

}  // namespace psgrid
