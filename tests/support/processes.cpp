#include "tests/support/processes.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

#include <unistd.h>

namespace psgrid::testing {

namespace {

std::filesystem::path directory_of(pid_t process) {
  return std::filesystem::path("/proc") / std::to_string(process);
}

}  // namespace

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    if (std::atoi(entry.path().filename().c_str()) == 0) continue;
    std::ifstream stat(entry.path() / "stat");
    std::string text((std::istreambuf_iterator<char>(stat)), std::istreambuf_iterator<char>());
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) continue;
    std::istringstream rest(text.substr(name_end + 1));
    char state = 0;
    pid_t of = 0;
    rest >> state >> of;
    if (of == parent) children.push_back(std::atoi(text.c_str()));
  }
  std::sort(children.begin(), children.end());
  return children;
}

std::uint64_t resident_bytes(pid_t process) {
  std::ifstream statm(directory_of(process) / "statm");
  std::uint64_t size = 0, resident = 0, of_files = 0;
  statm >> size >> resident >> of_files;
  return (resident - of_files) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t descriptors_of(pid_t process) {
  std::error_code ended;
  const std::filesystem::directory_iterator begin(directory_of(process) / "fd", ended);
  return ended ? 0 : static_cast<std::uint64_t>(std::distance(begin, {}));
}

}  // namespace psgrid::testing
