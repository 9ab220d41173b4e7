// Files that a scenario names, in memory.
#pragma once

#include <map>
#include <string>

#include "scenarios/input/file_source.hpp"

namespace psgrid::scenarios {

class MemoryFiles : public FileSource {
 public:
  explicit MemoryFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  bool is_file(const std::string& path) const override { return files_.contains(path); }
  Result<std::string> read(const std::string& path) const override {
    const auto file = files_.find(path);
    if (file == files_.end()) return InputError{path, 0, 0, "", "no such file"};
    return file->second;
  }

 private:
  std::map<std::string, std::string> files_;
};

}  // namespace psgrid::scenarios
