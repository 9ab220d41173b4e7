// A SimGrid platform file (XML) that the user already has.
#pragma once

#include <string>
#include <vector>

#include "model/cluster_spec.hpp"
#include "model/host_layout.hpp"
#include "model/platform_error.hpp"

namespace psgrid::sim {

// The names of a file's hosts in the order of the file. SimGrid itself aborts, or says little, on
// many broken files; so everything that can be told from the text alone is told here.
struct PlatformFile {
  std::vector<std::string> hosts;
  std::vector<PlatformError> errors;
};

PlatformFile read_platform_file(const std::string& path);

// Which of the file's hosts each host of the layout is, by HostIndex: the ones that the scenario
// lists, in its order; or else the one of the same name, where a group names a host of the file,
// and the rest in the order of the file.
struct HostAssignment {
  std::vector<std::string> names;
  std::vector<PlatformError> errors;
};

HostAssignment assign_hosts(const NetworkSpec& network, const HostLayout& layout,
                            const std::vector<std::string>& file_hosts);

}  // namespace psgrid::sim
