// What is wrong with the input, and where; input errors are values, never exceptions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace psgrid::scenarios {

// One mistake in a scenario or in a data file. Lines and columns count from 1; 0: unknown.
struct InputError {
  std::string file;  // or the command-line option, such as "--set /seed=x"
  std::uint64_t line = 0;
  std::uint64_t column = 0;
  std::string pointer;  // JSON pointer (RFC 6901); empty outside of JSON
  std::string message;  // "found X, expected Y"

  bool operator==(const InputError&) const = default;
};

// "file:line:column: /pointer: message", without the parts that are unknown.
std::string to_string(const InputError& error);

// A value, or the errors that prevented it.
template <class T>
struct Result {
  std::optional<T> value;
  std::vector<InputError> errors;    // not empty if and only if there is no value
  std::vector<InputError> warnings;  // either way

  Result() = default;
  Result(T result) : value(std::move(result)) {}
  Result(InputError error) : errors{std::move(error)} {}
  Result(std::vector<InputError> list) : errors(std::move(list)) {}

  explicit operator bool() const { return value.has_value(); }
  T& operator*() { return *value; }
  const T& operator*() const { return *value; }
  T* operator->() { return &*value; }
  const T* operator->() const { return &*value; }
};

}  // namespace psgrid::scenarios
