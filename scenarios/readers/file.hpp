// Whole files in memory, decompressed if they are gzip files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scenarios/input_error.hpp"

namespace psgrid::scenarios {

// Largest file that is read, and largest result of decompressing one.
inline constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30;

// The bytes of a regular file (never of a device or a pipe, which might not end).
Result<std::string> read_file(const std::string& path, std::uint64_t max_bytes = kMaxFileBytes);

// True if the bytes begin with the magic number of gzip.
bool is_gzip(std::string_view bytes);

// The content of a gzip file of one or more members (RFC 1952). A damaged or truncated file is an
// error that names the offset of the damage; so is more than max_bytes of content.
Result<std::string> gunzip(std::string_view bytes, const std::string& name,
                           std::uint64_t max_bytes = kMaxFileBytes);

// read_file, then gunzip if it is a gzip file, whatever its name.
Result<std::string> read_text(const std::string& path, std::uint64_t max_bytes = kMaxFileBytes);

}  // namespace psgrid::scenarios
