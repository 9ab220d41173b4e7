// Tests that need a process of their own: SimGrid has one engine per process.
#pragma once

#include <functional>
#include <string>

namespace psgrid::testing {

// How a child ended and what it handed back.
struct ChildOutcome {
  int exit_code = 0;   // -signal if a signal ended it
  std::string result;  // what `body` returned
  std::string errors;  // its standard error
};

// Runs `body` in a forked child, which ends with exit code 0 once it returns. An exception ends the
// child with exit code 1 and its text in `errors`. A child that takes over a minute is killed.
ChildOutcome in_child(const std::function<std::string()>& body);

}  // namespace psgrid::testing
