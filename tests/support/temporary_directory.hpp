// A directory of a test's own, under a name that no other process has; removed with the object.
#pragma once

#include <filesystem>
#include <string>

namespace psgrid::testing {

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  // Writes a file, with the folders above it; returns its path.
  std::string put(const std::string& name, const std::string& text) const;

  // Copies a file of the repository to the same place here.
  void copy_from_repository(const std::string& name) const;

 private:
  std::filesystem::path path_;
};

// The whole file; empty if there is none.
std::string contents(const std::filesystem::path& file);

}  // namespace psgrid::testing
