#include "real/journal.hpp"

#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>

#include <sys/mman.h>
#include <unistd.h>

#include "model/check.hpp"

namespace psgrid::real {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::system_category(), what);
}

}  // namespace

Journal::Journal() : descriptor_(memfd_create("journal", MFD_CLOEXEC)) {
  if (descriptor_ < 0) fail("no journal could be made");
}

Journal::~Journal() { close(descriptor_); }

std::vector<Observed::Recorded> Journal::read() {
  constexpr std::size_t kReadBytes = 256 << 10;
  std::vector<std::byte> bytes;
  for (;;) {
    const std::size_t there = bytes.size();
    bytes.resize(there + kReadBytes);
    const ssize_t got = pread(descriptor_, bytes.data() + there, kReadBytes,
                              offset_ + static_cast<std::int64_t>(there));
    if (got < 0 && errno != EINTR) fail("a journal could not be read");
    bytes.resize(there + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got == 0) break;
  }
  std::vector<Observed::Recorded> records;
  std::span<const std::byte> left(bytes);
  std::uint32_t length;
  while (left.size() >= sizeof length) {
    std::memcpy(&length, left.data(), sizeof length);
    if (left.size() - sizeof length < length) break;
    auto recorded = decode_recorded(left.subspan(sizeof length, length));
    PSGRID_CHECK(recorded, "a journal of whole records");
    records.push_back(std::move(*recorded));
    left = left.subspan(sizeof length + length);
  }
  offset_ += static_cast<std::int64_t>(bytes.size() - left.size());
  return records;
}

void JournalWriter::add(const Observed::Recorded& recorded) {
  buffer_.assign(sizeof(std::uint32_t), {});
  encode(recorded, buffer_);
  const auto length = static_cast<std::uint32_t>(buffer_.size() - sizeof(std::uint32_t));
  std::memcpy(buffer_.data(), &length, sizeof length);
  for (std::size_t done = 0; done < buffer_.size();) {
    const ssize_t written = write(descriptor_, buffer_.data() + done, buffer_.size() - done);
    if (written < 0 && errno != EINTR) fail("a journal could not be written");
    if (written > 0) done += static_cast<std::size_t>(written);
  }
}

}  // namespace psgrid::real
