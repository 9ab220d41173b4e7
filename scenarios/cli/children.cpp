#include "scenarios/cli/children.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <utility>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/cli/interrupt.hpp"

namespace psgrid::scenarios {

namespace {

constexpr std::size_t kMessageBytesMax = 2048;

// What goes through the pipe; smaller than PIPE_BUF, so never torn.
struct Packet {
  enum class Kind : std::uint32_t { kProgress, kFailure } kind = Kind::kProgress;
  RunProgress progress;
  char message[kMessageBytesMax] = {};
};

struct Child {
  std::size_t job = 0;
  pid_t pid = -1;
  int pipe = -1;
  ChildEnd end;
};

Child start(std::size_t job, const std::function<int(std::size_t, ChildReport&)>& body) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  std::fflush(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) {
    close(ends[0]);
    close(ends[1]);
    return {};
  }
  if (pid > 0) {
    close(ends[1]);
    return {.job = job, .pid = pid, .pipe = ends[0], .end = {.ran = true}};
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  leave_interrupts_to_parent();
  close(ends[0]);
  ChildReport report(ends[1]);
  int code = 1;
  try {
    code = body(job, report);
  } catch (const std::exception& error) {
    report.fail(error.what());
  }
  std::fflush(nullptr);
  _exit(code);
}

// False once the child has closed its end.
bool receive(Child& child, const ChildrenOptions& options) {
  Packet packet;
  const ssize_t got = read(child.pipe, &packet, sizeof packet);
  if (got < 0 && errno == EINTR) return true;
  if (got != sizeof packet) return false;
  if (packet.kind == Packet::Kind::kFailure)
    child.end.message = packet.message;
  else if (options.on_progress)
    options.on_progress(child.job, packet.progress);
  return true;
}

}  // namespace

void ChildReport::progress(const RunProgress& progress) {
  const Packet packet{.progress = progress};
  [[maybe_unused]] const ssize_t sent = write(pipe_, &packet, sizeof packet);
}

void ChildReport::fail(const std::string& message) {
  Packet packet{.kind = Packet::Kind::kFailure};
  std::strncpy(packet.message, message.c_str(), kMessageBytesMax - 1);
  [[maybe_unused]] const ssize_t sent = write(pipe_, &packet, sizeof packet);
}

std::vector<ChildEnd> run_children(std::size_t jobs,
                                   const std::function<int(std::size_t, ChildReport&)>& body,
                                   const ChildrenOptions& options) {
  std::vector<ChildEnd> ends(jobs);
  std::vector<Child> running;
  std::size_t next = 0;
  bool told = false;
  while (!running.empty() || (next < jobs && !interrupted())) {
    while (running.size() < options.at_once && next < jobs && !interrupted()) {
      Child child = start(next, body);
      if (options.on_start) options.on_start(next);
      if (child.pid < 0) {
        ends[next] = {.exit_code = 1, .ran = true, .message = "no process could be started"};
        if (options.on_end) options.on_end(next, ends[next]);
      } else {
        running.push_back(std::move(child));
      }
      ++next;
    }
    if (interrupted() && !std::exchange(told, true))
      for (const Child& child : running) kill(child.pid, SIGTERM);

    std::vector<pollfd> polled;
    for (const Child& child : running) polled.push_back({child.pipe, POLLIN, 0});
    if (poll(polled.data(), polled.size(), 200) < 0) continue;
    for (std::size_t i = running.size(); i-- > 0;) {
      if (polled[i].revents == 0 || receive(running[i], options)) continue;
      Child child = std::move(running[i]);
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      close(child.pipe);
      int status = 0;
      while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
      }
      child.end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
      ends[child.job] = child.end;
      if (options.on_end) options.on_end(child.job, child.end);
    }
  }
  return ends;
}

}  // namespace psgrid::scenarios
