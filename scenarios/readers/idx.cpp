#include "scenarios/readers/idx.hpp"

#include <cstdint>
#include <span>

namespace psgrid::scenarios {
namespace {

struct IdxArray {
  std::vector<std::uint64_t> dimensions;
  std::string_view values;  // one byte each
};

std::uint32_t byte_at(std::string_view bytes, std::size_t offset) {
  return static_cast<unsigned char>(bytes[offset]);
}

std::string dimensions_text(const std::vector<std::uint64_t>& dimensions) {
  std::string text;
  for (const std::uint64_t size : dimensions)
    text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

Result<IdxArray> read_array(std::string_view bytes, const std::string& name) {
  const auto error = [&](std::size_t offset, const std::string& message) {
    return InputError{name, 0, 0, "", "byte " + std::to_string(offset) + ": " + message};
  };
  if (bytes.size() < 4)
    return error(bytes.size(), "found the end of the file, expected an IDX header of 4 bytes");
  if (byte_at(bytes, 0) != 0 || byte_at(bytes, 1) != 0)
    return error(0, "found no IDX magic number, expected two zero bytes");
  if (byte_at(bytes, 2) != 0x08)
    return error(2, "found element type " + std::to_string(byte_at(bytes, 2)) +
                        ", expected 8 (unsigned bytes)");
  const std::uint32_t count = byte_at(bytes, 3);
  if (count < 1 || count > 4)
    return error(3, "found " + std::to_string(count) + " dimensions, expected 1 to 4");
  const std::size_t header = 4 + std::size_t{4} * count;
  if (bytes.size() < header)
    return error(bytes.size(), "found the end of the file, expected a header of " +
                                   std::to_string(header) + " bytes");
  IdxArray array;
  std::uint64_t total = 1;
  for (std::size_t at = 4; at < header; at += 4) {
    const std::uint64_t size = (std::uint64_t{byte_at(bytes, at)} << 24) |
                               (byte_at(bytes, at + 1) << 16) | (byte_at(bytes, at + 2) << 8) |
                               byte_at(bytes, at + 3);
    if (size == 0) return error(at, "found a dimension of 0, expected 1 or more");
    // The product stays below 2^31 * 2^32.
    total *= size;
    if (total > kMaxRows * 16)
      return error(at, "found more than 2^31 values, expected at most that");
    array.dimensions.push_back(size);
  }
  array.values = bytes.substr(header);
  if (array.values.size() != total)
    return error(header, "found " + std::to_string(array.values.size()) +
                             " bytes of data, expected " + std::to_string(total) + " (" +
                             dimensions_text(array.dimensions) + ")");
  return array;
}

}  // namespace

Result<RawData> read_idx(std::string_view images, const std::string& images_name,
                         std::string_view labels, const std::string& labels_name,
                         std::uint32_t features) {
  const Result<IdxArray> pixels = read_array(images, images_name);
  const Result<IdxArray> classes = read_array(labels, labels_name);
  if (!pixels || !classes) {
    std::vector<InputError> errors = pixels.errors;
    errors.insert(errors.end(), classes.errors.begin(), classes.errors.end());
    return errors;
  }
  const std::uint64_t rows = pixels->dimensions[0];
  if (pixels->dimensions.size() < 2)
    return InputError{images_name, 0, 0, "",
                      "byte 3: found 1 dimension, expected 2 or more (is this a file of labels?)"};
  if (classes->dimensions.size() != 1)
    return InputError{labels_name, 0, 0, "",
                      "byte 3: found " + std::to_string(classes->dimensions.size()) +
                          " dimensions, expected 1 (is this a file of images?)"};
  if (classes->dimensions[0] != rows)
    return InputError{labels_name, 0, 0, "",
                      "byte 4: found " + std::to_string(classes->dimensions[0]) +
                          " labels, expected " + std::to_string(rows) + " as in " + images_name};
  const std::uint64_t width = pixels->values.size() / rows;
  if (features > 0 && width != features)
    return InputError{images_name, 0, 0, "",
                      "byte 4: found images of " + std::to_string(width) + " pixels, expected " +
                          std::to_string(features)};
  RawData raw;
  raw.file = images_name;
  raw.data.rows = static_cast<std::uint32_t>(rows);
  raw.data.features = static_cast<std::uint32_t>(width);
  raw.data.dense.reserve(pixels->values.size());
  for (const char pixel : pixels->values)
    raw.data.dense.push_back(static_cast<float>(static_cast<unsigned char>(pixel)) / 255.0F);
  for (const char label : classes->values)
    raw.data.labels.push_back(static_cast<float>(static_cast<unsigned char>(label)));
  return raw;
}

}  // namespace psgrid::scenarios
