// What the nodes of a process record, kept by the system from the moment on at which it is written:
// if the process is killed the next moment, its launcher still has all of it.
//
// A file without a name, which the launcher opens and the process inherits: records, each with its
// length in front.
#pragma once

#include <cstdint>
#include <vector>

#include "real/control.hpp"

namespace psgrid::real {

// At the launcher.
class Journal {
 public:
  Journal();  // throws std::system_error
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  int descriptor() const { return descriptor_; }

  // What was written since the last call. A last record that is not whole is left for the next one;
  // of a process that has been killed it will never be.
  std::vector<Observed::Recorded> read();

 private:
  int descriptor_;
  std::int64_t offset_ = 0;  // of the first record that was not read
};

// At the process.
class JournalWriter {
 public:
  // The descriptor of a Journal.
  explicit JournalWriter(int descriptor) : descriptor_(descriptor) {}

  // It is safe when this returns. Throws std::system_error.
  void add(const Observed::Recorded& recorded);

 private:
  const int descriptor_;
  std::vector<std::byte> buffer_;
};

}  // namespace psgrid::real
