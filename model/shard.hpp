// A server's part of one table: the rows of the keys that it holds, and the update rule's state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "model/key_set.hpp"
#include "model/learner.hpp"
#include "model/update_rule.hpp"
#include "model/values.hpp"

namespace psgrid {

// Where the rows of a set of owned keys lie in an array of floats.
class ShardLayout {
 public:
  // owned: as ranges; width: values of a row.
  ShardLayout(KeySet owned, std::uint32_t width);

  const KeySet& owned() const { return owned_; }
  std::uint32_t width() const { return width_; }
  std::uint64_t rows() const { return owned_.size(); }
  std::uint64_t values() const { return rows() * width_; }

  // Row of the first of `count` consecutive keys, which must all be owned.
  std::uint64_t row_of(Key begin, std::uint64_t count) const;

  // Calls f(row) for each of some rising keys, which must all be owned.
  template <class F>
  void for_each_row(std::span<const Key> keys, F&& f) const {
    KeyRange range;  // that the last key was in
    std::uint64_t first = 0;
    for (Key key : keys) {
      if (!range.contains(key)) std::tie(range, first) = range_with(key);
      f(first + (key - range.begin));
    }
  }

 private:
  // The owned range with a key in it, and the row of its first key.
  std::pair<KeyRange, std::uint64_t> range_with(Key key) const;

  KeySet owned_;
  std::uint32_t width_;
  std::vector<std::uint64_t> first_row_;  // of each owned range
};

class Shard {
 public:
  // Starts with the table's initial values. A phantom shard holds no numbers: it answers with
  // phantom values and ignores what it is asked to apply.
  Shard(const Table& table, KeySet owned, const UpdateRule& rule, std::uint64_t seed, bool phantom);

  const ShardLayout& layout() const { return layout_; }
  // Numbers that a push has for each key.
  std::uint32_t pushed_width() const { return layout_.width() * rule_.pushed_per_weight(); }
  bool is_phantom() const { return phantom_; }

  // Rows in key order; requires keys that are owned.
  Values read(const KeySet& keys) const;

  // Overwrites rows; requires keys that are owned. A phantom shard ignores it.
  void write(const Section& section);

  // All numbers that it holds, as arrays; and how many arrays these are.
  std::vector<Values> arrays() const;
  std::size_t arrays_count() const { return 1 + rule_.slots(); }

  // One of them again, of an equally shaped shard.
  void restore(std::size_t array, std::span<const float> values);

  // Applies one gradient to the keys of a section; all of them must be owned.
  void apply(const Section& section, float share, std::uint64_t step);

 private:
  void apply_list(std::span<const Key> keys, std::span<const float> gradient, float share,
                  std::uint64_t step);

  const UpdateRule& rule_;
  ShardLayout layout_;
  bool phantom_;
  std::vector<float> weights_;
  std::vector<float> state_;  // the rule's slots, each as long as weights_
};

}  // namespace psgrid
