// Keys and sections on the wire; used by messages and by images of a shard's state.
#pragma once

#include <cstdint>
#include <vector>

#include "model/values.hpp"
#include "model/wire.hpp"

namespace psgrid {

// The first byte of a section after its table: how its keys are written, its values, and whether
// both are compressed. Ranges, or a list as gaps, with float32 need no more than the lowest bit.
enum class KeyTag : std::uint8_t {
  kRanges = 0,
  kList = 1,
  kFixedList = 2,
  kSignature = 3,
  kAsAsked = 4,
};
inline constexpr unsigned kValueTagShift = 3;
inline constexpr std::uint8_t kCompressedTag = 0x40;

KeyTag key_tag(const Section& section);

template <class Sink>
void put_body(Sink& sink, KeyTag tag, const KeySet& keys) {
  if (tag == KeyTag::kRanges) {
    sink.varint(keys.as_ranges().size());
    Key at = 0;
    for (const KeyRange& range : keys.as_ranges()) {
      sink.varint(range.begin - at);
      sink.varint(range.size());
      at = range.end;
    }
    return;
  }
  sink.varint(keys.size());
  tag == KeyTag::kFixedList ? sink.fixed_keys(keys) : sink.gaps(keys);
}

// What is compressed of a section.
template <class Sink>
void put_body(Sink& sink, const Section& section) {
  const KeyTag tag = key_tag(section);
  if (tag == KeyTag::kSignature) {
    sink.fixed64(section.form->signature);
  } else if (tag != KeyTag::kAsAsked) {
    put_body(sink, tag, section.keys);
  }
  sink.varint(section.values.size());
  if (!section.form || section.form->values == ValueForm::kFloat32)
    return sink.floats(section.values);
  if (has_bounds(section.form->values)) {
    const auto bits = [](float value) {
      return std::uint64_t{std::bit_cast<std::uint32_t>(value)};
    };
    sink.fixed64(bits(section.form->low) | bits(section.form->high) << 32);
  }
  sink.coded(section.values, *section.form);
}

template <class Sink>
void put(Sink& sink, const Section& section) {
  sink.varint(section.table.value);
  auto tag = static_cast<std::uint8_t>(key_tag(section));
  if (section.form)
    tag = static_cast<std::uint8_t>(tag |
                                    static_cast<unsigned>(section.form->values) << kValueTagShift |
                                    (section.form->block ? kCompressedTag : 0u));
  sink.byte(tag);
  if (!section.form || !section.form->block) return put_body(sink, section);
  sink.varint(section.form->block->size());
  sink.raw(*section.form->block);
}

// sections: any range of Section that has a size.
template <class Sink, class Sections>
requires requires(const Sections& sections) { sections.begin()->keys; }
void put(Sink& sink, const Sections& sections) {
  sink.varint(sections.size());
  for (const Section& section : sections) put(sink, section);
}

// Bytes of a section, all told.
std::uint64_t encoded_bytes(const Section& section);

Namespace get_table(WireReader& in);
std::vector<Section> get_sections(WireReader& in);

}  // namespace psgrid
