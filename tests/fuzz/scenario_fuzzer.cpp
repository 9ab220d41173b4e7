// Any bytes as a scenario, and after a zero byte as options of the command line, one a line: the
// loader must come back with a scenario or with errors, and a scenario must survive being resolved.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "scenarios/scenario.hpp"

namespace {

using namespace psgrid::scenarios;

// "data..." and "trace..." exist; nothing touches the disk.
class FewFiles : public FileSource {
 public:
  bool is_file(const std::string& path) const override {
    return path.find("data") != std::string::npos || path.find("trace") != std::string::npos;
  }
  psgrid::scenarios::Result<std::string> read(const std::string&) const override {
    return std::string("time,node,factor\n0,worker[0],2\n1,server[*],3\n");
  }
};

[[noreturn]] void fail(const char* what, const std::string& detail) {
  std::fprintf(stderr, "%s: %s\n", what, detail.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\0');
  const FewFiles files;
  LoadOptions options;
  options.files = &files;
  for (std::size_t at = end; at != std::string_view::npos && at < size;) {
    const std::size_t next = input.find('\n', at + 1);
    options.set.emplace_back(input.substr(at + 1, next - at - 1));
    at = next;
  }
  const auto scenario = load_scenario_text(input.substr(0, end), "in/fuzz.json", options);
  if (!scenario) {
    if (scenario.errors.empty()) fail("refused without a reason", "");
    for (const InputError& error : scenario.errors)
      if (to_string(error).empty()) fail("an error without a message", "");
    return 0;
  }
  const Json written = resolved_json(*scenario, "out");
  LoadOptions plain;
  plain.files = &files;
  const auto again = load_scenario_text(written.dump(), "out/scenario.json", plain);
  if (!again) fail("a resolved scenario is refused", to_string(again.errors.front()));
  if (resolved_json(*again, "out") != written) fail("a resolved scenario changes", written.dump());
  return 0;
}
