// The numbers that a message carries: an immutable array of float32.
//
// Copies share the array. In timing-only runs an array is *phantom*: it has a size, and is charged
// for on the wire, but holds nothing (it reads as zeros once encoded and decoded).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "model/ids.hpp"
#include "model/key_set.hpp"
#include "model/section_form.hpp"
#include "model/shared_list.hpp"

namespace psgrid {

class Values {
 public:
  Values() = default;
  explicit Values(std::vector<float> data) : size_(data.size()) {
    const auto owner = std::make_shared<const std::vector<float>>(std::move(data));
    data_ = {owner, owner->data()};
  }

  // From the bytes of `size` floats, wherever they lie.
  static Values copy_of(const std::byte* bytes, std::uint64_t size) {
    const auto owner = std::make_shared_for_overwrite<float[]>(size);
    std::memcpy(owner.get(), bytes, size * sizeof(float));
    return holding(size, {owner, owner.get()});
  }

  static Values phantom(std::uint64_t size) {
    Values values;
    values.size_ = size;
    return values;
  }

  std::uint64_t size() const { return size_; }
  bool is_phantom() const { return size_ > 0 && !data_; }

  // Empty for a phantom.
  std::span<const float> data() const {
    return data_ ? std::span<const float>(data_.get(), size_) : std::span<const float>();
  }

  // True if both are one array, not only equal; of phantoms, if they are as large.
  bool same_as(const Values& other) const { return data_ == other.data_ && size_ == other.size_; }

  // `count` values from the one at `first` on; shares the array.
  Values part(std::uint64_t first, std::uint64_t count) const {
    return holding(count,
                   data_ ? std::shared_ptr<const float>(data_, data_.get() + first) : nullptr);
  }

 private:
  static Values holding(std::uint64_t size, std::shared_ptr<const float> data) {
    Values values;
    values.size_ = size;
    values.data_ = std::move(data);
    return values;
  }

  std::uint64_t size_ = 0;
  std::shared_ptr<const float> data_;  // the first
};

// Part of one table: `keys.size()` rows in key order, each of `values.size() / keys.size()` values.
// In a pull request `values` is empty. `keys` is, too, where the form stands for them.
struct Section {
  Namespace table;
  KeySet keys;
  Values values;
  std::shared_ptr<const SectionForm> form;  // on the wire; null: as it is
};

using Sections = SharedList<Section>;

}  // namespace psgrid
