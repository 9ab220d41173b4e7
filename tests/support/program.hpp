// The psgrid program as a user runs it: a process with arguments, streams and an exit code.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace psgrid::testing {

struct ProgramOptions {
  std::string program = PSGRID_PROGRAM;
  std::filesystem::path directory;         // it runs in; empty: the test's
  std::optional<unsigned short> terminal;  // standard error is a terminal of so many columns
  bool one_core = false;                   // it sees one core, so it uses no threads
  std::optional<std::string> output_file;  // standard output goes there
  bool reader_left = false;                // standard output is a pipe that nobody reads
  std::map<std::string, std::string> environment = {};  // on top of the test's
};

struct Ended {
  int exit_code = 0;   // -signal if a signal ended it
  std::string output;  // its standard output
  std::string errors;  // its standard error, or what it wrote to the terminal
};

// A running program, in a process group of its own; killed with the object.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments, const ProgramOptions& options = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  void signal_group(int number) const;  // the program and its children

  // Call now and then while a program with a terminal runs: what it shows has to be read.
  void read_terminal();

  // Waits for its end; kills it, and says so in `errors`, if that takes over two minutes.
  Ended wait();

 private:
  pid_t pid_ = -1;
  int terminal_ = -1;
  std::FILE* output_;
  std::FILE* errors_;
  std::string shown_;  // on the terminal
};

// Whether this machine has pseudo terminals to give.
bool terminals_exist();

// Runs the program to its end.
Ended run_psgrid(std::vector<std::string> arguments, const ProgramOptions& options = {});

// Whether the condition came true within half a minute.
bool eventually(const std::function<bool()>& condition);

// Processes whose command line contains the text, but for this one.
std::size_t processes_with(const std::string& text);

}  // namespace psgrid::testing
