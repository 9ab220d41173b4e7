// Forked copies of this process that each do one thing and end with this process at the latest.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include <sys/types.h>

namespace psgrid::real {

class ChildProcesses {
 public:
  ChildProcesses() = default;
  ~ChildProcesses();  // kills and reaps what is left
  ChildProcesses(const ChildProcesses&) = delete;
  ChildProcesses& operator=(const ChildProcesses&) = delete;

  // Runs `body` in a new process and ends that with its result. It has no descriptors but the three
  // standard streams and, as kInherited, the one given, if any. Ctrl-C does not reach it. Requires
  // that this process has one thread. Throws std::system_error.
  void start(std::uint32_t number, const std::function<int()>& body,
             std::optional<int> descriptor = {});
  static constexpr int kInherited = 3;

  // Whether it was started here and not found to have ended.
  bool has(std::uint32_t number) const { return pids_.contains(number); }

  // No effect on one that has ended.
  void signal(std::uint32_t number, int signal);

  // Waits until it has ended; forgets it.
  void wait_for(std::uint32_t number);

  // How a child that has ended did so: nothing for exit code 0, else a few words. Calls
  // on_end(number, words) for each that has ended since the last call.
  void reap(const std::function<void(std::uint32_t, const std::string&)>& on_end);

 private:
  std::map<std::uint32_t, pid_t> pids_;
};

}  // namespace psgrid::real
