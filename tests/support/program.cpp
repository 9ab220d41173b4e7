#include "tests/support/program.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary_directory.hpp"

namespace psgrid::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes kProgramLimit{2};
constexpr std::chrono::seconds kConditionLimit{30};

void require(bool done, const char* what) {
  if (done) return;
  std::perror(what);
  std::abort();
}

// An unnamed file takes any amount of output without a reader at the other end.
std::FILE* unnamed_file() {
  std::FILE* file = std::tmpfile();
  require(file != nullptr, "tmpfile");
  return file;
}

std::string read_and_close(std::FILE* file) {
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

void stay_on_one_core() {
  cpu_set_t allowed, one;
  sched_getaffinity(0, sizeof allowed, &allowed);
  CPU_ZERO(&one);
  for (int core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &allowed)) {
      CPU_SET(core, &one);
      break;
    }
  sched_setaffinity(0, sizeof one, &one);
}

[[noreturn]] void become(const std::vector<std::string>& arguments, const ProgramOptions& options,
                         int output, int errors) {
  if (options.output_file) output = open(options.output_file->c_str(), O_WRONLY);
  if (options.reader_left) {
    int ends[2];
    require(pipe(ends) == 0, "pipe");
    close(ends[0]);
    output = ends[1];
  }
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  if (options.terminal) setenv("TERM", "xterm", 1);
  for (const auto& [name, value] : options.environment) setenv(name.c_str(), value.c_str(), 1);
  if (options.one_core) stay_on_one_core();
  if (!options.directory.empty() && chdir(options.directory.c_str()) != 0) _exit(126);
  std::vector<char*> argv = {const_cast<char*>(options.program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

Program::Program(std::vector<std::string> arguments, const ProgramOptions& options)
    : output_(unnamed_file()), errors_(unnamed_file()) {
  int slave = -1;
  if (options.terminal) {
    winsize size{};
    size.ws_col = *options.terminal;
    size.ws_row = 24;
    require(openpty(&terminal_, &slave, nullptr, nullptr, &size) == 0, "openpty");
    fcntl(terminal_, F_SETFD, FD_CLOEXEC);
  }
  std::fflush(nullptr);
  pid_ = fork();
  require(pid_ >= 0, "fork");
  if (pid_ == 0) setpgid(0, 0);
  if (pid_ > 0) setpgid(pid_, pid_);
  if (pid_ == 0) become(arguments, options, fileno(output_), slave < 0 ? fileno(errors_) : slave);
  if (slave >= 0) close(slave);
}

Program::~Program() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  if (terminal_ >= 0) close(terminal_);
  std::fclose(output_);
  std::fclose(errors_);
}

void Program::signal(int number) const { require(kill(pid_, number) == 0, "kill"); }

void Program::signal_group(int number) const { require(kill(-pid_, number) == 0, "kill"); }

void Program::read_terminal() {
  if (terminal_ < 0) return;
  pollfd polled{terminal_, POLLIN, 0};
  while (poll(&polled, 1, 0) > 0) {
    char text[4096];
    const ssize_t got = read(terminal_, text, sizeof text);
    if (got <= 0) return;
    shown_.append(text, static_cast<std::size_t>(got));
  }
}

Ended Program::wait() {
  const auto deadline = Clock::now() + kProgramLimit;
  int status = 0;
  bool killed = false;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    read_terminal();
    if (Clock::now() > deadline && !std::exchange(killed, true)) kill(pid_, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  pid_ = -1;
  Ended ended;
  ended.exit_code = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  ended.output = read_and_close(output_);
  ended.errors = read_and_close(errors_);
  if (terminal_ >= 0) {
    read_terminal();
    close(terminal_);
    ended.errors += shown_;
  }
  if (killed) ended.errors += "\n(took too long and was killed)";
  return ended;
}

bool terminals_exist() {
  int terminal = -1, slave = -1;
  if (openpty(&terminal, &slave, nullptr, nullptr, nullptr) != 0) return false;
  close(terminal);
  close(slave);
  return true;
}

Ended run_psgrid(std::vector<std::string> arguments, const ProgramOptions& options) {
  return Program(std::move(arguments), options).wait();
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = Clock::now() + kConditionLimit;
  while (!condition()) {
    if (Clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

std::size_t processes_with(const std::string& text) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (!std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; }))
      continue;
    if (name == std::to_string(getpid())) continue;
    std::string command = contents(entry.path() / "cmdline");
    std::replace(command.begin(), command.end(), '\0', ' ');
    if (command.find(text) != std::string::npos) ++count;
  }
  return count;
}

}  // namespace psgrid::testing
