#include "tests/benchmarks/in_child.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <type_traits>

#include <sys/wait.h>
#include <unistd.h>

namespace psgrid::benchmarks {

static_assert(std::is_trivially_copyable_v<BareResult>);

BareResult run_in_child(const std::function<BareResult()>& measurement) {
  int ends[2];
  if (pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    close(ends[0]);
    const BareResult result = measurement();
    const bool written = write(ends[1], &result, sizeof result) == sizeof result;
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  BareResult result;
  const bool reported = read(ends[0], &result, sizeof result) == sizeof result;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (!reported) throw std::runtime_error("the measuring process died before it had a result");
  return result;
}

}  // namespace psgrid::benchmarks
