#include "model/wire.hpp"

namespace psgrid {

namespace {

bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

}  // namespace

void encode_values(std::span<const float> values, const SectionForm& form, std::byte* to) {
  switch (form.values) {
    case ValueForm::kFloat32:
      std::memcpy(to, values.data(), values.size_bytes());
      return;
    case ValueForm::kFloat64:
      for (float value : values) {
        const double wide = value;
        std::memcpy(to, &wide, sizeof wide);
        to += sizeof wide;
      }
      return;
    case ValueForm::kFixed1:
    case ValueForm::kFixed2:
    case ValueForm::kFixed3: {
      const std::size_t bytes = coded_bytes(form.values, 1);
      for (float value : values) {
        const std::uint32_t code = code_of(form, value);
        std::memcpy(to, &code, bytes);
        to += bytes;
      }
      return;
    }
    case ValueForm::kOneBit:
      for (std::size_t i = 0; i < values.size(); ++i)
        if (!same_bits(values[i], form.low)) to[i / 8] |= static_cast<std::byte>(1u << (i % 8));
  }
}

bool decode_values(const std::byte* from, const SectionForm& form, std::span<float> values) {
  bool right = true;
  switch (form.values) {
    case ValueForm::kFloat32:
      std::memcpy(values.data(), from, values.size_bytes());
      break;
    case ValueForm::kFloat64:
      for (float& value : values) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, from, sizeof bits);
        from += sizeof bits;
        value = static_cast<float>(std::bit_cast<double>(bits));
        right &= std::bit_cast<std::uint64_t>(double{value}) == bits;
      }
      break;
    case ValueForm::kFixed1:
    case ValueForm::kFixed2:
    case ValueForm::kFixed3: {
      const std::size_t bytes = coded_bytes(form.values, 1);
      for (float& value : values) {
        std::uint32_t code = 0;
        std::memcpy(&code, from, bytes);
        from += bytes;
        value = value_of(form, code);
        right &= code_of(form, value) == code;
      }
      break;
    }
    case ValueForm::kOneBit: {
      const bool differ = !same_bits(form.low, form.high);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const bool is_high = (std::to_integer<unsigned>(from[i / 8]) >> (i % 8) & 1) != 0;
        values[i] = is_high ? form.high : form.low;
        right &= differ || !is_high;
      }
      const std::size_t used = values.size() % 8;
      if (used != 0) right &= std::to_integer<unsigned>(from[values.size() / 8]) >> used == 0;
    }
  }
  return right;
}

}  // namespace psgrid
