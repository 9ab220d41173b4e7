// Jobs in forked children, a few at a time: each simulation needs a process of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "scenarios/cli/progress.hpp"

namespace psgrid::scenarios {

// How a child ended.
struct ChildEnd {
  int exit_code = 0;    // -signal if a signal ended it; not meaningful if it never ran
  bool ran = false;     // false if an interrupt came first
  std::string message;  // what it wrote with ChildReport::fail
  std::string result;   // and with ChildReport::give
  std::string errors;   // what it wrote to standard error, if that was captured
};

// What a child tells its parent while it runs.
class ChildReport {
 public:
  explicit ChildReport(int pipe) : pipe_(pipe) {}
  void progress(const RunProgress& progress);
  void fail(const std::string& message);

  // The outcome of its work, of any length.
  void give(const std::string& result);

 private:
  int pipe_;
};

struct ChildrenOptions {
  unsigned at_once = 1;
  bool captures_errors = false;  // standard error of a child is kept, not shown
  std::function<void(std::size_t job)> on_start;
  std::function<void(std::size_t job, const RunProgress&)> on_progress;
  std::function<void(std::size_t job, const ChildEnd&)> on_end;
};

// Runs body(job, report) for jobs 0, ..., jobs - 1 in children, and returns how they ended; what
// body returns is the child's exit code. After an interrupt no child is started, and those that run
// are told by SIGTERM, once. Children never outlive this process.
std::vector<ChildEnd> run_children(std::size_t jobs,
                                   const std::function<int(std::size_t, ChildReport&)>& body,
                                   const ChildrenOptions& options);

}  // namespace psgrid::scenarios
