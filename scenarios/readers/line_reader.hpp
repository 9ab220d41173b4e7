// Formats with one example a line.
#pragma once

#include <string>
#include <string_view>

#include "scenarios/readers/raw_data.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {

// Reader: add_line(line, number) says what is wrong with a line, if anything, column() where, and
// finish() hands over the rows. Stops at the first error.
template <class Reader>
Result<RawData> read_lines(Reader& reader, std::string_view text, const std::string& name) {
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    const std::string error = reader.add_line(line, lines.number());
    if (!error.empty()) return InputError{name, lines.number(), reader.column(), "", error};
  }
  return reader.finish();
}

}  // namespace psgrid::scenarios
