#include "model/wire_sections.hpp"

#include <cmath>
#include <optional>

#include "model/filters/snappy_block.hpp"

namespace psgrid {

namespace {

KeySet get_ranges(WireReader& in) {
  const std::uint64_t count = in.count(2);
  std::vector<KeyRange> ranges;
  ranges.reserve(count);
  Key at = 0;
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const std::uint64_t gap = in.varint();
    const std::uint64_t size = in.varint();
    if (size == 0 || (i > 0 && gap == 0)) in.fail("key ranges that are disjoint and not empty");
    if (gap > ~Key{0} - at || size > ~Key{0} - at - gap) in.fail("key ranges below 2^64");
    ranges.push_back({at + gap, at + gap + size});
    at = ranges.back().end;
  }
  return in.ok() && count > 0 ? KeySet::ranges(std::move(ranges)) : KeySet();
}

KeySet get_list(WireReader& in) {
  const std::uint64_t count = in.count(1);
  if (count == 0) in.fail("a key list that is not empty");
  return in.gaps(count);
}

KeySet get_fixed_list(WireReader& in) {
  const std::uint64_t count = in.count(sizeof(Key));
  if (count == 0) in.fail("a key list that is not empty");
  return in.fixed_keys(count);
}

SharedBytes shared(std::span<const std::byte> bytes) {
  return std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
}

float float_of(std::uint64_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits & 0xFFFF'FFFF));
}

void get_keys(WireReader& in, KeyTag tag, Section& section, SectionForm& form) {
  switch (tag) {
    case KeyTag::kRanges:
      section.keys = get_ranges(in);
      return;
    case KeyTag::kList:
      section.keys = get_list(in);
      return;
    case KeyTag::kFixedList:
      form.keys = KeyForm::kFixed;
      section.keys = get_fixed_list(in);
      return;
    case KeyTag::kSignature:
      form.keys = KeyForm::kSignature;
      form.signature = in.fixed64();
      return;
    case KeyTag::kAsAsked:
      form.keys = KeyForm::kAsAsked;
      return;
  }
  in.fail("key form 0 to 4");
}

void get_values(WireReader& in, Section& section, SectionForm& form) {
  const std::uint64_t values = in.varint();
  if (values / 8 > in.left()) in.fail("no more items than the payload has room for");
  const bool stand_alone = form.keys == KeyForm::kPlain || form.keys == KeyForm::kFixed;
  const std::uint64_t keys = section.keys.size();
  if (in.ok() && stand_alone && (keys == 0 ? values != 0 : values % keys != 0))
    in.fail("as many values for each key");
  if (form.values == ValueForm::kFloat32) {
    if (values > in.left() / sizeof(float)) in.fail("no more items than the payload has room for");
    section.values = in.floats(values);
    return;
  }
  if (has_bounds(form.values)) {
    const std::uint64_t bounds = in.fixed64();
    form.low = float_of(bounds);
    form.high = float_of(bounds >> 32);
    if (!std::isfinite(form.low) || !std::isfinite(form.high) || !(form.low <= form.high))
      in.fail("finite bounds in order");
  }
  section.values = in.coded(values, form);
}

// Keys and values; what is compressed of a section.
void get_body(WireReader& in, KeyTag tag, Section& section, SectionForm& form) {
  get_keys(in, tag, section, form);
  get_values(in, section, form);
}

void get_block(WireReader& in, KeyTag tag, Section& section, SectionForm& form) {
  form.block = shared(in.raw(in.count(1)));
  if (!in.ok()) return;
  const std::optional<std::vector<std::byte>> bytes = snappy_uncompressed(*form.block);
  if (!bytes) return in.fail("a block of Snappy");
  WireReader body(*bytes);
  get_body(body, tag, section, form);
  if (!body.ok() || !body.at_end()) in.fail("keys and values in a compressed block");
}

Section get_section(WireReader& in) {
  Section section;
  section.table = get_table(in);
  const std::uint8_t tag = in.byte();
  const auto keys = static_cast<KeyTag>(tag & ((1u << kValueTagShift) - 1));
  const unsigned values = (tag & (kCompressedTag - 1u)) >> kValueTagShift;
  if (keys > KeyTag::kAsAsked) in.fail("key form 0 to 4");
  if (values > static_cast<unsigned>(ValueForm::kOneBit)) in.fail("value form 0 to 5");
  if (tag >= kCompressedTag * 2) in.fail("a form below 128");
  if (!in.ok()) return section;
  SectionForm form{.values = static_cast<ValueForm>(values)};
  tag& kCompressedTag ? get_block(in, keys, section, form) : get_body(in, keys, section, form);
  if (!form.is_plain()) section.form = std::make_shared<const SectionForm>(std::move(form));
  return section;
}

}  // namespace

Namespace get_table(WireReader& in) {
  const std::uint64_t value = in.varint();
  if (value > 0xFFFF) in.fail("a namespace below 65,536");
  return {static_cast<std::uint16_t>(value)};
}

std::vector<Section> get_sections(WireReader& in) {
  const std::uint64_t count = in.count(3);
  std::vector<Section> sections;
  sections.reserve(count);
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) sections.push_back(get_section(in));
  return sections;
}

KeyTag key_tag(const Section& section) {
  switch (section.form ? section.form->keys : KeyForm::kPlain) {
    case KeyForm::kSignature:
      return KeyTag::kSignature;
    case KeyForm::kAsAsked:
      return KeyTag::kAsAsked;
    case KeyForm::kFixed:
      return section.keys.is_ranges() ? KeyTag::kRanges : KeyTag::kFixedList;
    case KeyForm::kPlain:
      break;
  }
  return section.keys.is_ranges() ? KeyTag::kRanges : KeyTag::kList;
}

std::uint64_t encoded_bytes(const Section& section) {
  WireCounter counter;
  put(counter, section);
  return counter.bytes();
}

}  // namespace psgrid
