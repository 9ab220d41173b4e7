// Reads members of a JSON object into the fields of a struct.
//
// A member that is absent, or not of the right form (the schema check has reported that), leaves
// the field at its default.
#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/input/document.hpp"
#include "scenarios/input/quantity.hpp"

namespace psgrid::scenarios {

class Fields {
 public:
  // The value at `key` of `object`, if that is an object; else no members.
  static Fields of(const Json& object, const char* key);
  explicit Fields(const Json& object);

  bool has(const char* key) const { return find(key) != nullptr; }
  const Json* find(const char* key) const;

  void read(const char* key, bool& field) const;
  void read(const char* key, double& field) const;
  void read(const char* key, std::string& field) const;
  void read(const char* key, std::vector<std::string>& field) const;
  void read(const char* key, std::vector<std::uint32_t>& field) const;

  template <std::integral T>
  requires(!std::same_as<T, bool>) void read(const char* key, T& field) const {
    const Json* value = find(key);
    if (value && value->is_number_integer()) field = value->get<T>();
  }

  template <class T>
  void read(const char* key, std::optional<T>& field) const {
    if (!has(key)) return;
    T value{};
    read(key, value);
    field = value;
  }

  // A number, or a string with a unit.
  void read(const char* key, Quantity quantity, double& field) const;
  void read(const char* key, Quantity quantity, std::optional<double>& field) const;

  // One of several names.
  template <class Choice>
  void read(const char* key, Choice& field,
            std::initializer_list<std::pair<const char*, Choice>> names) const {
    const Json* value = find(key);
    for (const auto& [name, choice] : names)
      if (value && *value == name) field = choice;
  }

 private:
  const Json& object_;
};

}  // namespace psgrid::scenarios
