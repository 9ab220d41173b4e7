// Text from scenarios, made harmless where it is put.
#pragma once

#include <string>
#include <string_view>

namespace psgrid::analysis {

// For HTML text and for attribute values in double or single quotes.
std::string escape_html(std::string_view text);

}  // namespace psgrid::analysis
