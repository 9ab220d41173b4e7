#include "scenarios/cli/children.hpp"

#include <algorithm>
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
  enum class Kind : std::uint32_t { kProgress, kFailure, kResult } kind = Kind::kProgress;
  std::uint32_t size = 0;  // kResult: of this part of it
  RunProgress progress;
  char message[kMessageBytesMax] = {};
};

struct Child {
  std::size_t job = 0;
  pid_t pid = -1;
  int pipe = -1;
  std::FILE* errors = nullptr;  // an unnamed file
  ChildEnd end;
};

Child start(std::size_t job, const std::function<int(std::size_t, ChildReport&)>& body,
            const ChildrenOptions& options) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  std::FILE* errors = options.captures_errors ? std::tmpfile() : nullptr;
  std::fflush(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) {
    close(ends[0]);
    close(ends[1]);
    if (errors) std::fclose(errors);
    return {};
  }
  if (pid > 0) {
    close(ends[1]);
    return {.job = job, .pid = pid, .pipe = ends[0], .errors = errors, .end = {.ran = true}};
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  leave_interrupts_to_parent();
  close(ends[0]);
  if (errors) dup2(fileno(errors), STDERR_FILENO);
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
  else if (packet.kind == Packet::Kind::kResult)
    child.end.result.append(packet.message, packet.size);
  else if (options.on_progress)
    options.on_progress(child.job, packet.progress);
  return true;
}

// What a child has written to a file of its own.
std::string read_back(std::FILE* file) {
  std::string text;
  char buffer[4096];
  std::rewind(file);
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, file))
    text.append(buffer, got);
  std::fclose(file);
  return text;
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

void ChildReport::give(const std::string& result) {
  for (std::size_t sent = 0; sent < result.size(); sent += kMessageBytesMax) {
    Packet packet{.kind = Packet::Kind::kResult};
    packet.size =
        static_cast<std::uint32_t>(std::min(kMessageBytesMax, result.size() - sent));
    std::memcpy(packet.message, result.data() + sent, packet.size);
    [[maybe_unused]] const ssize_t written = write(pipe_, &packet, sizeof packet);
  }
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
      Child child = start(next, body, options);
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
      if (child.errors) child.end.errors = read_back(child.errors);
      child.end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
      ends[child.job] = child.end;
      if (options.on_end) options.on_end(child.job, child.end);
    }
  }
  return ends;
}

}  // namespace psgrid::scenarios
