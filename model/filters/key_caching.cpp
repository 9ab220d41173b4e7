#include "model/filters/key_caching.hpp"

#include <algorithm>
#include <utility>

#include <xxhash.h>

namespace psgrid {

namespace {

std::uint64_t signature_of(const KeySet& list) {
  return XXH3_64bits(list.as_list().data(), list.as_list().size_bytes());
}

// Ranges are short, and so may a list be.
bool is_worth_it(const Section& section) {
  if (section.keys.is_ranges()) return false;
  const bool fixed = section.form && section.form->keys == KeyForm::kFixed;
  return (fixed ? section.keys.size() * sizeof(Key) : section.keys.gap_bytes()) > sizeof(Key);
}

}  // namespace

const KeySet* KeyLists::find(std::uint64_t signature) {
  const auto place = lists_.find(signature);
  if (place == lists_.end()) return nullptr;
  place->second.used = ++uses_;
  return &place->second.keys;
}

void KeyLists::insert(std::uint64_t signature, KeySet keys) {
  lists_[signature] = {std::move(keys), ++uses_};
  if (lists_.size() <= bound_) return;
  lists_.erase(std::min_element(lists_.begin(), lists_.end(), [](const auto& a, const auto& b) {
    return a.second.used < b.second.used;
  }));
}

Section KeyCaching::pack(Section section, const Peer& to) {
  if (!push_) {
    section.keys = {};
    section.form = changed(section.form, [](SectionForm& form) { form.keys = KeyForm::kAsAsked; });
    return section;
  }
  if (!is_worth_it(section)) return section;
  const std::uint64_t signature = signature_of(section.keys);
  KeyLists& lists = lists_of(to);
  if (!lists.find(signature)) {
    lists.insert(signature, {});  // what the list is matters at the other end only
    return section;
  }
  section.keys = {};
  section.form = changed(section.form, [&](SectionForm& form) {
    form.keys = KeyForm::kSignature;
    form.signature = signature;
  });
  return section;
}

std::optional<Section> KeyCaching::unpack(Section section, const Peer& from) {
  if (!push_) return section;
  if (!section.form || section.form->keys != KeyForm::kSignature) {
    if (is_worth_it(section)) lists_of(from).insert(signature_of(section.keys), section.keys);
    return section;
  }
  const KeySet* keys = lists_of(from).find(section.form->signature);
  const std::uint64_t values = section.values.size();
  if (!keys || (values != 0 && values != keys->size() * width_)) return {};
  section.keys = *keys;
  section.form = changed(section.form, [](SectionForm& form) { form.keys = KeyForm::kPlain; });
  return section;
}

}  // namespace psgrid
