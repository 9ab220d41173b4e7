#pragma once

#include <string_view>

namespace psgrid {

// Text of a schema file of scenarios/ ("scenario.schema.json"), built into the program. The view
// lives as long as the program. Throws std::out_of_range when there is no such file.
std::string_view embedded_file(std::string_view file_name);

}  // namespace psgrid
