// JSON that remembers where each value was written.
//
// A document is a value and, in the same shape, the place of each of its parts: line and column,
// and the layer that set it. Layers are the scenario file, options of the command line, and the
// merge patch of a variant; a later layer overrides an earlier one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "scenarios/input_error.hpp"

namespace psgrid::scenarios {

using Json = nlohmann::json;

enum class Layer : std::uint8_t { kFile, kOption, kVariant };

struct Position {
  std::uint32_t line = 0, column = 0;  // from 1; 0: not from a file
};

// Where one value and, if it is the member of an object, its key were written.
struct Place {
  Layer layer = Layer::kFile;
  std::uint32_t option = 0;  // kOption: which one
  Position value, key;
  std::map<std::string, Place> members;
  std::vector<Place> items;
};

struct Document {
  Json value;
  Place place;
};

// A scenario may have at most so many bytes, and values nested so deeply.
inline constexpr std::size_t kMaxDocumentBytes = 1 << 20;
inline constexpr int kMaxDepth = 32;

// Strict JSON; a key given twice is an error. Whole numbers written as 1e6 become integers.
Result<Document> parse_document(std::string_view text, const std::string& file);

// RFC 7396: changes `target` by `patch`, places included.
void merge_patch(Document& target, const Document& patch);

// Marks everything in `place` as set by this layer.
void set_layer(Place& place, Layer layer, std::uint32_t option = 0);

// A token of a JSON pointer, escaped and with its slash.
std::string pointer_token(std::string_view key);

// The unescaped tokens of a JSON pointer; nothing if it is malformed.
std::optional<std::vector<std::string>> split_pointer(std::string_view pointer);

// The place at a pointer, or the deepest one on the way to it that exists.
const Place& place_at(const Place& root, std::string_view pointer);

}  // namespace psgrid::scenarios
