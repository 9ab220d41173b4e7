#include "tests/support/in_child.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

#include <sys/wait.h>
#include <unistd.h>

namespace psgrid::testing {
namespace {

constexpr unsigned kTimeLimitS = 60;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// An unnamed file takes any amount of output without a reader at the other end.
File temporary_file() {
  File file(std::tmpfile());
  if (!file) {
    std::perror("tmpfile");
    std::abort();
  }
  return file;
}

std::string contents(std::FILE* file) {
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  return text;
}

[[noreturn]] void run(const std::function<std::string()>& body, std::FILE* result,
                      std::FILE* errors) {
  alarm(kTimeLimitS);
  dup2(fileno(errors), STDERR_FILENO);
  int code = 0;
  try {
    const std::string text = body();
    std::fwrite(text.data(), 1, text.size(), result);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s", error.what());
    code = 1;
  }
  std::fflush(nullptr);
  _exit(code);
}

}  // namespace

ChildOutcome in_child(const std::function<std::string()>& body) {
  const File result = temporary_file();
  const File errors = temporary_file();
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) run(body, result.get(), errors.get());
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) < 0) {
    std::perror("in_child");
    std::abort();
  }
  return {WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status), contents(result.get()),
          contents(errors.get())};
}

}  // namespace psgrid::testing
