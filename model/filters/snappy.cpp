#include "model/filters/snappy.hpp"

#include <utility>

#include "model/filters/snappy_block.hpp"
#include "model/wire_sections.hpp"

namespace psgrid {

Section Snappy::pack(Section section, const Peer&) {
  std::vector<std::byte> body;
  WireWriter out(body);
  put_body(out, section);
  std::vector<std::byte> block = snappy_compressed(body);
  if (block.size() + varint_bytes(block.size()) >= body.size()) return section;
  section.form = changed(section.form, [&](SectionForm& form) {
    form.block = std::make_shared<const std::vector<std::byte>>(std::move(block));
  });
  return section;
}

std::optional<Section> Snappy::unpack(Section section, const Peer&) {
  if (!section.form || !section.form->block) return section;
  section.form = changed(section.form, [](SectionForm& form) { form.block = nullptr; });
  return section;
}

}  // namespace psgrid
