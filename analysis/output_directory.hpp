// A directory of results: made on demand, marked as ours, never anybody else's.
//
// A file appears in it whole or not at all: it is written under another name and then renamed.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "analysis/result.hpp"

namespace psgrid::analysis {

class OutputDirectory {
 public:
  // Makes the directory and its parents, or takes over an empty one or one with older results,
  // which it removes. Refuses a directory that holds anything but results of psgrid.
  static Result<OutputDirectory> create(const std::filesystem::path& path);

  // The same, but for now it only says whether it would refuse: nothing is made or removed before
  // make().
  static Result<OutputDirectory> plan(const std::filesystem::path& path);
  Failure make() const;

  // A directory that holds results already; nothing is removed.
  static Result<OutputDirectory> open(const std::filesystem::path& path);

  // True if psgrid has written results there.
  static bool is_ours(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }

  Failure write(std::string_view name, std::string_view text) const;
  Failure write(std::string_view name, const std::function<void(std::ostream&)>& body) const;

 private:
  explicit OutputDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

// The whole file.
Result<std::string> read_text(const std::filesystem::path& path);

}  // namespace psgrid::analysis
