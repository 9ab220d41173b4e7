// Errors as values, for what can go wrong with files.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace psgrid::analysis {

// One sentence for the user.
struct Error {
  std::string message;
};

// What an action without a value hands back: nothing if it went well.
using Failure = std::optional<Error>;

template <class T>
class Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  T& value() { return std::get<0>(state_); }  // requires ok()
  const T& value() const { return std::get<0>(state_); }
  const Error& error() const { return std::get<1>(state_); }  // requires !ok()

 private:
  std::variant<T, Error> state_;
};

}  // namespace psgrid::analysis
