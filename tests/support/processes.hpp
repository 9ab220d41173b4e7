// What the kernel says of processes.
#pragma once

#include <cstdint>
#include <vector>

#include <sys/types.h>

namespace psgrid::testing {

// By number; those that have ended and nobody has waited for are among them.
std::vector<pid_t> children_of(pid_t parent);

// Resident memory but for that of files. 0 of a process that has ended.
std::uint64_t resident_bytes(pid_t process);

// Open descriptors. 0 of a process that has ended.
std::uint64_t descriptors_of(pid_t process);

}  // namespace psgrid::testing
