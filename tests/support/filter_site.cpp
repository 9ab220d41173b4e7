#include "tests/support/filter_site.hpp"

#include <gtest/gtest.h>

#include "model/wire_sections.hpp"

namespace psgrid::testing {

Section sent_over_wire(const Section& section) {
  const std::vector<Section> sections{section};
  std::vector<std::byte> bytes;
  WireWriter out(bytes);
  put(out, sections);
  EXPECT_EQ(bytes.size(), 1 + encoded_bytes(section));
  WireReader in(bytes);
  std::vector<Section> got = get_sections(in);
  EXPECT_TRUE(in.ok() && in.at_end()) << in.expected();
  return got.empty() ? Section{} : got.front();
}

}  // namespace psgrid::testing
