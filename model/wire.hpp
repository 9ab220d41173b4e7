// The primitives of the codec: writers that append or only count, and a reader that never trusts.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "model/values.hpp"

namespace psgrid {

// Bytes of a LEB128 varint.
inline std::size_t varint_bytes(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

// Values in a form other than kFloat32, to coded_bytes() zeroed bytes and back. Of several codes
// for a value only one is right: false for another.
void encode_values(std::span<const float> values, const SectionForm& form, std::byte* to);
bool decode_values(const std::byte* from, const SectionForm& form, std::span<float> values);

// Counts what WireWriter would append.
class WireCounter {
 public:
  void byte(std::uint8_t) { ++bytes_; }
  void varint(std::uint64_t value) { bytes_ += varint_bytes(value); }
  void fixed64(std::uint64_t) { bytes_ += sizeof(std::uint64_t); }
  void gaps(const KeySet& list) { bytes_ += list.gap_bytes(); }
  void fixed_keys(const KeySet& list) { bytes_ += list.size() * sizeof(Key); }
  void floats(const Values& values) { bytes_ += values.size() * sizeof(float); }
  void coded(const Values& values, const SectionForm& form) {
    bytes_ += coded_bytes(form.values, values.size());
  }
  void raw(std::span<const std::byte> bytes) { bytes_ += bytes.size(); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_ = 0;
};

// Bytes that belong in front of out[offset] but stay where they are.
struct LeftOut {
  std::size_t offset = 0;
  std::span<const std::byte> bytes;
};

class WireWriter {
 public:
  // Shorter arrays are not worth a piece of their own.
  static constexpr std::size_t kLeftOutBytesMin = 4096;

  // With `left_out`, long arrays of values are listed there instead of being copied.
  explicit WireWriter(std::vector<std::byte>& out, std::vector<LeftOut>* left_out = nullptr)
      : out_(out), left_out_(left_out) {}

  void byte(std::uint8_t value) { out_.push_back(std::byte{value}); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void fixed64(std::uint64_t value) { append(&value, sizeof value); }
  // Each key of a list as its distance from the one before it, less one.
  void gaps(const KeySet& list) {
    std::size_t at = out_.size();
    out_.resize(at + list.gap_bytes());
    Key next = 0;
    for (Key key : list.as_list()) {
      std::uint64_t gap = key - next;
      for (; gap >= 0x80; gap >>= 7) out_[at++] = static_cast<std::byte>(gap | 0x80);
      out_[at++] = static_cast<std::byte>(gap);
      next = key + 1;
    }
  }
  void fixed_keys(const KeySet& list) {
    append(list.as_list().data(), list.as_list().size_bytes());
  }
  void raw(std::span<const std::byte> bytes) { append(bytes.data(), bytes.size()); }
  // Values in a form other than kFloat32.
  void coded(const Values& values, const SectionForm& form) {
    const std::size_t start = out_.size();
    out_.resize(start + coded_bytes(form.values, values.size()));
    if (!values.is_phantom()) encode_values(values.data(), form, out_.data() + start);
  }
  void floats(const Values& values) {
    const std::size_t bytes = values.size() * sizeof(float);
    if (values.is_phantom())
      out_.resize(out_.size() + bytes);
    else if (left_out_ && bytes >= kLeftOutBytesMin)
      left_out_->push_back({out_.size(), std::as_bytes(values.data())});
    else
      append(values.data().data(), bytes);
  }

 private:
  void append(const void* data, std::size_t bytes) {
    if (bytes == 0) return;
    const std::size_t at = out_.size();
    out_.resize(at + bytes);
    std::memcpy(out_.data() + at, data, bytes);
  }

  std::vector<std::byte>& out_;
  std::vector<LeftOut>* left_out_;
};

// Reads a payload. The first mistake is kept; after it every read gives zero.
class WireReader {
 public:
  explicit WireReader(std::span<const std::byte> in) : in_(in) {}

  bool ok() const { return expected_.empty(); }
  bool at_end() const { return at_ == in_.size(); }
  std::size_t offset() const { return ok() ? at_ : failed_at_; }
  const std::string& expected() const { return expected_; }

  void fail(const char* expected) {
    if (!ok()) return;
    expected_ = expected;
    failed_at_ = at_;
  }

  std::uint8_t byte() {
    if (!has(1)) return 0;
    return static_cast<std::uint8_t>(in_[at_++]);
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (!has(1)) return 0;
      const auto next = static_cast<std::uint8_t>(in_[at_++]);
      if (shift == 63 && next > 1) break;
      value |= std::uint64_t{next & 0x7Fu} << shift;
      if (next < 0x80) {
        if (next == 0 && shift > 0) fail("a varint in its shortest form");
        return ok() ? value : 0;
      }
    }
    fail("a varint of at most 64 bits");
    return 0;
  }

  std::uint32_t u32() {
    const std::uint64_t value = varint();
    if (value <= 0xFFFF'FFFF) return static_cast<std::uint32_t>(value);
    fail("an integer below 2^32");
    return 0;
  }

  // A number of items that take at least `item_bytes` each: more cannot be there.
  std::uint64_t count(std::size_t item_bytes) {
    const std::uint64_t value = varint();
    if (value <= (in_.size() - at_) / item_bytes) return value;
    fail("no more items than the payload has room for");
    return 0;
  }

  // A list of `count` keys; `count` is known to fit into what is left.
  KeySet gaps(std::uint64_t count) {
    std::vector<Key> keys(count);
    const std::size_t start = at_;
    Key next = 0;
    for (std::uint64_t i = 0; i < count && ok();) {
      if (count - i >= 8 && next < Key{1} << 63 && next_8_are_short()) {
        for (const std::size_t end = at_ + 8; at_ < end; ++at_)
          next = (keys[i++] = next + std::to_integer<std::uint64_t>(in_[at_])) + 1;
        continue;
      }
      const std::uint64_t gap = varint();
      if (gap >= ~Key{0} - next) fail("keys below 2^64 - 1");
      next = (keys[i++] = next + gap) + 1;
    }
    return ok() ? KeySet::rising_list(std::move(keys), at_ - start) : KeySet();
  }

  std::uint64_t fixed64() {
    std::uint64_t value = 0;
    if (!has(sizeof value)) return 0;
    std::memcpy(&value, in_.data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }

  KeySet fixed_keys(std::uint64_t count) {
    if (count > (in_.size() - at_) / sizeof(Key))
      fail("no more keys than the payload has room for");
    if (!ok()) return {};
    std::vector<Key> keys(count);
    std::memcpy(keys.data(), in_.data() + at_, count * sizeof(Key));
    at_ += count * sizeof(Key);
    std::uint64_t gap_bytes = 0;
    Key next = 0;
    for (Key key : keys) {
      if (key < next || key == ~Key{0}) return fail("rising keys below 2^64 - 1"), KeySet();
      gap_bytes += varint_bytes(key - next);
      next = key + 1;
    }
    return KeySet::rising_list(std::move(keys), gap_bytes);
  }

  // `count` values in a form other than kFloat32.
  Values coded(std::uint64_t count, const SectionForm& form) {
    if (!ok() || count == 0 || !has(coded_bytes(form.values, count))) return {};
    std::vector<float> values(count);
    if (!decode_values(in_.data() + at_, form, values)) fail("the codes of the values");
    at_ += coded_bytes(form.values, count);
    return Values(std::move(values));
  }

  std::span<const std::byte> raw(std::uint64_t bytes) {
    if (!has(bytes)) return {};
    at_ += bytes;
    return in_.subspan(at_ - bytes, bytes);
  }

  // Bytes that are left.
  std::size_t left() const { return in_.size() - at_; }

  Values floats(std::uint64_t count) {
    if (!ok() || count == 0 || !has(count * sizeof(float))) return {};
    Values values = Values::copy_of(in_.data() + at_, count);
    at_ += count * sizeof(float);
    return values;
  }

 private:
  // Whether the next 8 bytes are a varint each.
  bool next_8_are_short() const {
    std::uint64_t bytes = ~std::uint64_t{0};
    if (in_.size() - at_ >= sizeof bytes) std::memcpy(&bytes, in_.data() + at_, sizeof bytes);
    return (bytes & 0x8080'8080'8080'8080) == 0;
  }

  bool has(std::uint64_t bytes) {
    if (ok() && in_.size() - at_ >= bytes) return true;
    fail("more bytes");
    return false;
  }

  std::span<const std::byte> in_;
  std::size_t at_ = 0;
  std::size_t failed_at_ = 0;
  std::string expected_;
};

}  // namespace psgrid
