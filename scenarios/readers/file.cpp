#include "scenarios/readers/file.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>

#include <zlib.h>

namespace psgrid::scenarios {

Result<std::string> read_file(const std::string& path, std::uint64_t max_bytes) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return InputError{path, 0, 0, "", "no such file"};
  if (!std::filesystem::is_regular_file(status))
    return InputError{path, 0, 0, "", "found a directory or a device, expected a file"};
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (error) return InputError{path, 0, 0, "", "cannot be read: " + error.message()};
  if (size > max_bytes)
    return InputError{
        path, 0, 0, "",
        "found " + std::to_string(size) + " bytes, expected at most " + std::to_string(max_bytes)};
  std::ifstream stream(path, std::ios::binary);
  std::string bytes(size, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!stream) return InputError{path, 0, 0, "", "cannot be read (permissions?)"};
  return bytes;
}

bool is_gzip(std::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

Result<std::string> gunzip(std::string_view bytes, const std::string& name,
                           std::uint64_t max_bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
    return InputError{name, 0, 0, "", "out of memory while decompressing"};
  const auto close = [](z_stream* open) { inflateEnd(open); };
  const std::unique_ptr<z_stream, decltype(close)> closer(&stream, close);

  std::string content;
  std::array<char, 65536> block;
  std::size_t given = 0;  // bytes of the input handed to zlib
  bool member_open = true;
  while (true) {
    if (stream.avail_in == 0) {
      if (given == bytes.size() && !member_open) return content;
      const std::size_t count = std::min<std::size_t>(bytes.size() - given, 1 << 20);
      // zlib does not write to its input; its interface predates const.
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + given));
      stream.avail_in = static_cast<uInt>(count);
      given += count;
    }
    if (!member_open) {  // another member follows
      inflateReset(&stream);
      member_open = true;
    }
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = block.size();
    const int status = inflate(&stream, Z_NO_FLUSH);
    const std::size_t produced = block.size() - stream.avail_out;
    if (produced > max_bytes - content.size())
      return InputError{name, 0, 0, "",
                        "found more than " + std::to_string(max_bytes) +
                            " bytes of content, expected at most that"};
    content.append(block.data(), produced);
    const std::string offset = std::to_string(given - stream.avail_in);
    if (status == Z_STREAM_END) {
      member_open = false;
    } else if (status == Z_BUF_ERROR) {
      return InputError{name, 0, 0, "",
                        "found the end of the file at byte " + offset +
                            ", expected more gzip data: the file is truncated"};
    } else if (status != Z_OK) {
      return InputError{name, 0, 0, "",
                        "found damaged gzip data before byte " + offset + " (" +
                            (stream.msg ? stream.msg : "unknown error") + ")"};
    }
  }
}

Result<std::string> read_text(const std::string& path, std::uint64_t max_bytes) {
  Result<std::string> bytes = read_file(path, max_bytes);
  if (!bytes || !is_gzip(*bytes)) return bytes;
  return gunzip(*bytes, path, max_bytes);
}

}  // namespace psgrid::scenarios
