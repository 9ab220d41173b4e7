// The mistakes found in one version of a document (the file itself, or the file with a variant's
// patch), each at the place where it was written.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/input/document.hpp"
#include "scenarios/input_error.hpp"

namespace psgrid::scenarios {

// How places become text.
struct Origin {
  std::string file;
  std::vector<std::string> options;  // "--set /seed=x", by Place::option
  std::string variant;               // its name; empty for the file itself
  std::string variant_pointer;       // "/variants/0/set"
};

class Problems {
 public:
  // More errors than this are not kept.
  static constexpr std::size_t kMaxErrors = 1000;

  Problems(const Origin& origin, const Place& root) : origin_(origin), root_(root) {}

  // At the value that the pointer names (or the deepest part that exists on the way to it).
  void error(const std::string& pointer, std::string message);
  // At the key of that value.
  void key_error(const std::string& pointer, std::string message);
  void warning(const std::string& pointer, std::string message);
  // Errors in another file, which the value at the pointer names.
  void file_errors(const std::string& pointer, const std::vector<InputError>& errors);

  // True if a later layer than the one of the setting at `pointer` set the one at `cause`: what
  // `cause` makes void is then overridden with it, not a mistake.
  bool overridden(const std::string& pointer, const std::string& cause) const;

  // True if there is no error at the pointer, above or below it: its value can be relied on.
  bool sound(std::string_view pointer) const;

  const std::vector<InputError>& errors() const { return errors_; }
  const std::vector<InputError>& warnings() const { return warnings_; }

 private:
  void add(const std::string& pointer, bool at_key, std::string message);
  InputError describe(const std::string& pointer, bool at_key, std::string message) const;

  const Origin& origin_;
  const Place& root_;
  std::vector<InputError> errors_, warnings_;
  std::set<std::string, std::less<>> pointers_;  // with errors
};

}  // namespace psgrid::scenarios
