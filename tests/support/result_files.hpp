// Directories of results, compared byte for byte.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace psgrid::testing {

// Every file below the directory but run_info.json, by its path there, with its content.
std::map<std::string, std::string> result_files(const std::filesystem::path& directory);

// "" if both hold the same files with the same bytes; else what differs, a line a file.
std::string differences(const std::filesystem::path& left, const std::filesystem::path& right);

// A hash of names and contents; report.html, which is made from the other files, is left out, so
// that work on its looks changes nothing here.
std::uint64_t result_fingerprint(const std::filesystem::path& directory);

}  // namespace psgrid::testing
