#include "scenarios/input/document.hpp"

#include <cmath>
#include <utility>

namespace psgrid::scenarios {
namespace {

// Walks the objects of `place` and `value` down a merge patch; see merge_patch.
void merge(Json& value, Place& place, const Json& patch, const Place& patch_place) {
  if (!patch.is_object()) {
    value = patch;
    const Position key = place.key;
    place = patch_place;
    if (patch_place.key.line == 0) place.key = key;
    return;
  }
  if (!value.is_object()) {
    value = Json::object();
    place.members.clear();
    place.items.clear();
    place.layer = patch_place.layer;
    place.option = patch_place.option;
    place.value = patch_place.value;
    place.key = patch_place.key;
  }
  for (const auto& [key, member] : patch.items()) {
    if (member.is_null()) {
      value.erase(key);
      place.members.erase(key);
    } else {
      merge(value[key], place.members[key], member, patch_place.members.at(key));
    }
  }
}

}  // namespace

void merge_patch(Document& target, const Document& patch) {
  merge(target.value, target.place, patch.value, patch.place);
}

void set_layer(Place& place, Layer layer, std::uint32_t option) {
  place.layer = layer;
  place.option = option;
  for (auto& [key, member] : place.members) set_layer(member, layer, option);
  for (Place& item : place.items) set_layer(item, layer, option);
}

std::string pointer_token(std::string_view key) {
  std::string token = "/";
  for (const char c : key) {
    if (c == '~')
      token += "~0";
    else if (c == '/')
      token += "~1";
    else
      token += c;
  }
  return token;
}

std::optional<std::vector<std::string>> split_pointer(std::string_view pointer) {
  std::vector<std::string> tokens;
  if (pointer.empty()) return tokens;
  if (!pointer.starts_with('/')) return std::nullopt;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      tokens.emplace_back();
    } else if (pointer[i] == '~') {
      if (++i == pointer.size() || (pointer[i] != '0' && pointer[i] != '1')) return std::nullopt;
      tokens.back() += pointer[i] == '0' ? '~' : '/';
    } else {
      tokens.back() += pointer[i];
    }
  }
  return tokens;
}

const Place& place_at(const Place& root, std::string_view pointer) {
  const Place* place = &root;
  for (const std::string& token : split_pointer(pointer).value_or(std::vector<std::string>())) {
    if (const auto member = place->members.find(token); member != place->members.end()) {
      place = &member->second;
    } else if (!place->items.empty() && !token.empty() &&
               token.find_first_not_of("0123456789") == std::string::npos && token.size() < 9 &&
               std::stoul(token) < place->items.size()) {
      place = &place->items[std::stoul(token)];
    } else {
      break;
    }
  }
  return *place;
}

}  // namespace psgrid::scenarios
