// Where the files that a scenario names come from; tests and fuzzers put memory in their place.
#pragma once

#include <string>

#include "scenarios/input_error.hpp"

namespace psgrid::scenarios {

class FileSource {
 public:
  virtual ~FileSource() = default;
  virtual bool is_file(const std::string& path) const = 0;
  // The content, decompressed.
  virtual Result<std::string> read(const std::string& path) const = 0;
};

// The disk.
const FileSource& disk();

}  // namespace psgrid::scenarios
