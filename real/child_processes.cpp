#include "real/child_processes.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <system_error>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace psgrid::real {

namespace {

std::string words_for(int status) {
  if (WIFSIGNALED(status))
    return std::string("was ended by signal ") + std::to_string(WTERMSIG(status)) + " (" +
           strsignal(WTERMSIG(status)) + ")";
  if (WEXITSTATUS(status) != 0)
    return "ended with exit code " + std::to_string(WEXITSTATUS(status));
  return "";
}

[[noreturn]] void be_child(pid_t parent, const std::function<int()>& body,
                           std::optional<int> descriptor) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_DFL);
  unsigned first_closed = STDERR_FILENO + 1;
  if (descriptor && dup2(*descriptor, ChildProcesses::kInherited) >= 0)
    first_closed = ChildProcesses::kInherited + 1;
  close_range(first_closed, ~0u, 0);
  int code = 1;
  try {
    code = body();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "psgrid: %s\n", error.what());
  }
  std::fflush(nullptr);
  _exit(code);
}

}  // namespace

ChildProcesses::~ChildProcesses() {
  for (const auto& [number, pid] : pids_) {
    kill(pid, SIGKILL);
    kill(pid, SIGCONT);
  }
  for (const auto& [number, pid] : pids_)
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void ChildProcesses::start(std::uint32_t number, const std::function<int()>& body,
                           std::optional<int> descriptor) {
  std::fflush(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0)
    throw std::system_error(errno, std::system_category(), "no process could be started");
  if (pid == 0) be_child(parent, body, descriptor);
  pids_[number] = pid;
}

void ChildProcesses::signal(std::uint32_t number, int signal) {
  const auto child = pids_.find(number);
  if (child != pids_.end()) kill(child->second, signal);
}

void ChildProcesses::wait_for(std::uint32_t number) {
  const auto child = pids_.find(number);
  if (child == pids_.end()) return;
  while (waitpid(child->second, nullptr, 0) < 0 && errno == EINTR) {
  }
  pids_.erase(child);
}

void ChildProcesses::reap(const std::function<void(std::uint32_t, const std::string&)>& on_end) {
  for (auto child = pids_.begin(); child != pids_.end();) {
    int status = 0;
    if (waitpid(child->second, &status, WNOHANG) <= 0) {
      ++child;
      continue;
    }
    const std::uint32_t number = child->first;
    child = pids_.erase(child);
    on_end(number, words_for(status));
  }
}

}  // namespace psgrid::real
