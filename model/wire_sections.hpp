// Keys and sections on the wire; used by messages and by images of a shard's state.
#pragma once

#include <cstdint>
#include <vector>

#include "model/values.hpp"
#include "model/wire.hpp"

namespace psgrid {

enum class KeyForm : std::uint8_t { kRanges = 0, kList = 1 };

template <class Sink>
void put(Sink& sink, const KeySet& keys) {
  if (keys.is_ranges()) {
    sink.byte(static_cast<std::uint8_t>(KeyForm::kRanges));
    sink.varint(keys.as_ranges().size());
    Key at = 0;
    for (const KeyRange& range : keys.as_ranges()) {
      sink.varint(range.begin - at);
      sink.varint(range.size());
      at = range.end;
    }
    return;
  }
  sink.byte(static_cast<std::uint8_t>(KeyForm::kList));
  sink.varint(keys.size());
  sink.gaps(keys);
}

// sections: any range of Section that has a size.
template <class Sink, class Sections>
requires requires(const Sections& sections) { sections.begin()->keys; }
void put(Sink& sink, const Sections& sections) {
  sink.varint(sections.size());
  for (const Section& section : sections) {
    sink.varint(section.table.value);
    put(sink, section.keys);
    sink.varint(section.values.size());
    sink.floats(section.values);
  }
}

KeySet get_keys(WireReader& in);
Namespace get_table(WireReader& in);
std::vector<Section> get_sections(WireReader& in);

}  // namespace psgrid
