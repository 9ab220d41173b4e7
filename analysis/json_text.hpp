// JSON as the files hold it: sorted keys, two spaces, doubles that read back exactly, a line end.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace psgrid::analysis {

// Bytes that are not UTF-8 become U+FFFD; numbers that are not finite become null.
inline std::string json_text(const nlohmann::json& value) {
  return value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// On one line and safe within an HTML <script> element: pure ASCII, without <, > and &.
std::string json_for_script(const nlohmann::json& value);

template <class Optional>
nlohmann::json or_null(const Optional& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

// An empty text stands for none.
inline nlohmann::json or_null(const std::string& text) {
  return text.empty() ? nlohmann::json(nullptr) : nlohmann::json(text);
}

}  // namespace psgrid::analysis
