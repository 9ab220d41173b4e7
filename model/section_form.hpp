// How a section travels where it does not travel as it is: what filters have made of its keys and
// values. A receiver gets the values that the sender's section holds, bit for bit.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace psgrid {

enum class KeyForm : std::uint8_t {
  kPlain,      // ranges, or a list as gaps
  kFixed,      // 8 bytes a key of a list
  kSignature,  // of a list that the receiver should know
  kAsAsked,    // the answer's rows are those asked for
};

enum class ValueForm : std::uint8_t {
  kFloat32,
  kFloat64,
  kFixed1,  // 1, 2 or 3 bytes a value: its place between `low` and `high`
  kFixed2,
  kFixed3,
  kOneBit,  // 1 bit a value: `low` or `high`
};

using SharedBytes = std::shared_ptr<const std::vector<std::byte>>;

struct SectionForm {
  KeyForm keys = KeyForm::kPlain;
  ValueForm values = ValueForm::kFloat32;
  float low = 0, high = 0;      // of kFixed1 to kOneBit: finite, low <= high
  std::uint64_t signature = 0;  // of kSignature
  SharedBytes block;            // keys and values, compressed; null: they are not

  bool is_plain() const {
    return keys == KeyForm::kPlain && values == ValueForm::kFloat32 && !block;
  }
};

// Bytes that `count` values take.
inline std::uint64_t coded_bytes(ValueForm form, std::uint64_t count) {
  switch (form) {
    case ValueForm::kFloat32:
      return count * sizeof(float);
    case ValueForm::kFloat64:
      return count * sizeof(double);
    case ValueForm::kFixed1:
      return count;
    case ValueForm::kFixed2:
      return count * 2;
    case ValueForm::kFixed3:
      return count * 3;
    case ValueForm::kOneBit:
      break;
  }
  return count / 8 + (count % 8 != 0);
}

inline bool has_bounds(ValueForm form) { return form >= ValueForm::kFixed1; }

// Largest code of kFixed1 to kFixed3.
inline std::uint32_t code_max(ValueForm form) {
  const auto bytes = static_cast<unsigned>(coded_bytes(form, 1));
  return (std::uint32_t{1} << (8 * bytes)) - 1;
}

// The value that a code of kFixed1 to kFixed3 stands for.
inline float value_of(const SectionForm& form, std::uint32_t code) {
  const double low = form.low, span = double{form.high} - low;
  return static_cast<float>(low + span * code / code_max(form.values));
}

// And the code of such a value.
inline std::uint32_t code_of(const SectionForm& form, float value) {
  if (!(form.low < form.high)) return 0;
  const double most = code_max(form.values);
  const double place = (double{value} - form.low) / (double{form.high} - form.low) * most;
  return place <= 0      ? 0
         : place >= most ? code_max(form.values)
                         : static_cast<std::uint32_t>(place + 0.5);
}

}  // namespace psgrid
