// Which process of a cluster hosts which nodes. All nodes of a host are in one process; where the
// scenario asks for several nodes to a process, hosts of one role are dealt out in blocks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/host_layout.hpp"
#include "model/run_spec.hpp"

namespace psgrid::real {

class Placement {
 public:
  explicit Placement(const RunSpec& run);

  std::uint32_t processes() const { return static_cast<std::uint32_t>(nodes_.size()); }

  // Nodes by index (node_index()), rising.
  const std::vector<std::uint32_t>& nodes_of(std::uint32_t process) const {
    return nodes_[process];
  }
  std::uint32_t process_of(std::uint32_t node) const { return process_of_[node]; }

  // "server[0]", "worker[0] to worker[7]"
  const std::string& name_of(std::uint32_t process) const { return names_[process]; }

  const HostLayout& hosts() const { return hosts_; }

 private:
  HostLayout hosts_;
  std::vector<std::vector<std::uint32_t>> nodes_;
  std::vector<std::uint32_t> process_of_;
  std::vector<std::string> names_;  // by process
};

}  // namespace psgrid::real
