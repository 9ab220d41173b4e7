#include "model/wire_sections.hpp"

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

}  // namespace

KeySet get_keys(WireReader& in) {
  const std::uint8_t form = in.byte();
  if (form == static_cast<std::uint8_t>(KeyForm::kRanges)) return get_ranges(in);
  if (form == static_cast<std::uint8_t>(KeyForm::kList)) return get_list(in);
  in.fail("key form 0 (ranges) or 1 (list)");
  return {};
}

Namespace get_table(WireReader& in) {
  const std::uint64_t value = in.varint();
  if (value > 0xFFFF) in.fail("a namespace below 65,536");
  return {static_cast<std::uint16_t>(value)};
}

std::vector<Section> get_sections(WireReader& in) {
  const std::uint64_t count = in.count(4);
  std::vector<Section> sections;
  sections.reserve(count);
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    Section section;
    section.table = get_table(in);
    section.keys = get_keys(in);
    const std::uint64_t values = in.count(sizeof(float));
    const std::uint64_t keys = section.keys.size();
    if (in.ok() && (keys == 0 ? values != 0 : values % keys != 0))
      in.fail("as many values for each key");
    section.values = in.floats(values);
    sections.push_back(std::move(section));
  }
  return sections;
}

}  // namespace psgrid
