#include "scenarios/input/file_source.hpp"

#include <filesystem>
#include <system_error>

#include "scenarios/readers/file.hpp"

namespace psgrid::scenarios {
namespace {

class Disk : public FileSource {
 public:
  bool is_file(const std::string& path) const override {
    std::error_code error;
    return std::filesystem::is_regular_file(path, error);
  }
  Result<std::string> read(const std::string& path) const override { return read_text(path); }
};

}  // namespace

const FileSource& disk() {
  static const Disk disk;
  return disk;
}

}  // namespace psgrid::scenarios
