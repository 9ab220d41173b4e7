#include "tests/support/result_files.hpp"

#include <algorithm>

#include <xxhash.h>

#include "tests/support/temporary_directory.hpp"

namespace psgrid::testing {

std::map<std::string, std::string> result_files(const std::filesystem::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file() && entry.path().filename() != "run_info.json")
      files[entry.path().lexically_relative(directory).generic_string()] = contents(entry.path());
  return files;
}

std::string differences(const std::filesystem::path& left, const std::filesystem::path& right) {
  const auto left_files = result_files(left), right_files = result_files(right);
  std::string text;
  for (const auto& [name, content] : left_files) {
    const auto other = right_files.find(name);
    if (other == right_files.end()) {
      text += name + ": missing in " + right.string() + "\n";
      continue;
    }
    const auto [a, b] =
        std::mismatch(content.begin(), content.end(), other->second.begin(), other->second.end());
    if (a == content.end() && b == other->second.end()) continue;
    const auto line = 1 + std::count(content.begin(), a, '\n');
    text += name + ": differs from line " + std::to_string(line) + " on\n";
  }
  for (const auto& [name, content] : right_files)
    if (!left_files.contains(name)) text += name + ": missing in " + left.string() + "\n";
  return text;
}

std::uint64_t result_fingerprint(const std::filesystem::path& directory) {
  std::string all;
  for (const auto& [name, content] : result_files(directory)) {
    if (std::filesystem::path(name).filename() == "report.html") continue;
    all += name + "\n" + std::to_string(content.size()) + "\n" + content;
  }
  return XXH64(all.data(), all.size(), 0);
}

}  // namespace psgrid::testing
