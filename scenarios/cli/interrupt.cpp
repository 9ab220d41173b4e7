#include "scenarios/cli/interrupt.hpp"

namespace psgrid::scenarios {

namespace {

volatile std::sig_atomic_t interrupts = 0;

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

void on_signal(int) {
  interrupts = 1;
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
}

}  // namespace

void catch_interrupts() {
  handle(SIGINT, on_signal);
  handle(SIGTERM, on_signal);
}

void leave_interrupts_to_parent() {
  handle(SIGINT, SIG_IGN);
  handle(SIGTERM, on_signal);
}

bool interrupted() { return interrupts != 0; }

SignalsKept::SignalsKept() {
  sigset_t waiting;
  sigemptyset(&waiting);
  sigaddset(&waiting, SIGINT);
  sigaddset(&waiting, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &waiting, &mask_);
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], nullptr, &actions_[i]);
}

SignalsKept::~SignalsKept() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &actions_[i], nullptr);
  pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
}

}  // namespace psgrid::scenarios
