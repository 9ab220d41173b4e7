#include "scenarios/input_error.hpp"

namespace psgrid::scenarios {

std::string to_string(const InputError& error) {
  std::string text = error.file;
  if (error.line > 0) text += ":" + std::to_string(error.line);
  if (error.line > 0 && error.column > 0) text += ":" + std::to_string(error.column);
  if (!text.empty()) text += ": ";
  if (!error.pointer.empty()) text += error.pointer + ": ";
  return text + error.message;
}

}  // namespace psgrid::scenarios
