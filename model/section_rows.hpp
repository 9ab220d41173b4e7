// Rows of sections by their keys: parts of them, and sums.
#pragma once

#include <vector>

#include "model/key_set.hpp"
#include "model/values.hpp"

namespace psgrid {

// One key after the other.
std::vector<Key> listed(const KeySet& keys);

// Whether these are the same sets in one representation, table by table.
bool have_same_keys(const std::vector<KeySet>& a, const std::vector<KeySet>& b);

// The keys of either.
KeySet united(const KeySet& a, const KeySet& b);

// The rows of some of a section's keys.
Section rows_of(const Section& section, const KeySet& keys);

// As many values, added and multiplied; phantoms stay what they are.
Values added(const Values& sum, const Values& more);
std::vector<Section> scaled(std::vector<Section> sections, float factor);

// `to` and `factor` times the rows of some of its keys.
void add_scaled_rows(std::vector<float>& to, const KeySet& keys, const Section& rows, float factor);

}  // namespace psgrid
