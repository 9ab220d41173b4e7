#pragma once

#include <string_view>

namespace psgrid {

// Text of a file of analysis/assets/, built into the program so that a report needs no network and
// no installed files. The view lives as long as the program. Throws std::out_of_range when there is
// no such file.
std::string_view asset(std::string_view file_name);

}  // namespace psgrid
