#include "scenarios/cli/interrupt.hpp"

#include <csignal>

namespace psgrid::scenarios {

namespace {

volatile std::sig_atomic_t interrupts = 0;

void on_signal(int signal) {
  interrupts = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

bool interrupted() { return interrupts != 0; }

}  // namespace psgrid::scenarios
