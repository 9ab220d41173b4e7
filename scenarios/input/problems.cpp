#include "scenarios/input/problems.hpp"

namespace psgrid::scenarios {

InputError Problems::describe(const std::string& pointer, bool at_key, std::string message) const {
  const Place& place = place_at(root_, pointer);
  InputError error{origin_.file, 0, 0, pointer.empty() ? "/" : pointer, std::move(message)};
  if (place.layer == Layer::kOption) {
    error.file = origin_.options[place.option];
  } else {
    const Position position = at_key && place.key.line > 0 ? place.key : place.value;
    error.line = position.line;
    error.column = position.column;
    if (place.layer == Layer::kVariant)
      error.pointer = origin_.variant_pointer + pointer;
    else if (!origin_.variant.empty())
      error.message += " (in the variant \"" + origin_.variant + "\")";
  }
  return error;
}

void Problems::add(const std::string& pointer, bool at_key, std::string message) {
  if (errors_.size() >= kMaxErrors || !pointers_.insert(pointer).second) return;
  errors_.push_back(describe(pointer, at_key, std::move(message)));
}

void Problems::error(const std::string& pointer, std::string message) {
  add(pointer, false, std::move(message));
}

void Problems::key_error(const std::string& pointer, std::string message) {
  add(pointer, true, std::move(message));
}

void Problems::file_errors(const std::string& pointer, const std::vector<InputError>& errors) {
  if (errors_.size() >= kMaxErrors || !pointers_.insert(pointer).second) return;
  errors_.insert(errors_.end(), errors.begin(), errors.end());
}

void Problems::warning(const std::string& pointer, std::string message) {
  warnings_.push_back(describe(pointer, false, std::move(message)));
}

bool Problems::overridden(const std::string& pointer, const std::string& cause) const {
  return place_at(root_, cause).layer > place_at(root_, pointer).layer;
}

bool Problems::sound(std::string_view pointer) const {
  const std::string path = std::string(pointer) + "/";
  for (const std::string& bad : pointers_)
    if ((bad + "/").starts_with(path) || path.starts_with(bad + "/")) return false;
  return true;
}

}  // namespace psgrid::scenarios
