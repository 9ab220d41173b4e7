// Ctrl-C and termination, as a question that long loops ask.
#pragma once

#include <array>
#include <csignal>

namespace psgrid::scenarios {

// From now on SIGINT and SIGTERM set a flag instead of ending the process; a second one ends it.
void catch_interrupts();

// For a child of a process that catches interrupts: Ctrl-C reaches both, but only SIGTERM, which
// the parent sends, counts.
void leave_interrupts_to_parent();

bool interrupted();

// While this lives, signals wait; when it goes, they are handled as before it came, whatever a
// library has installed meanwhile (SimGrid's engine takes over SIGINT and SIGSEGV).
class SignalsKept {
 public:
  SignalsKept();
  ~SignalsKept();
  SignalsKept(const SignalsKept&) = delete;
  SignalsKept& operator=(const SignalsKept&) = delete;

 private:
  static constexpr std::array<int, 4> kSignals = {SIGINT, SIGTERM, SIGSEGV, SIGBUS};

  sigset_t mask_;
  std::array<struct sigaction, kSignals.size()> actions_;
};

}  // namespace psgrid::scenarios
