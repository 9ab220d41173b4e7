#include "model/ids.hpp"

namespace psgrid {

const char* role_name(Role role) {
  switch (role) {
    case Role::kManager:
      return "manager";
    case Role::kServer:
      return "server";
    case Role::kWorker:
      return "worker";
  }
  return "unknown";
}

std::string to_string(NodeId node) {
  return std::string(role_name(node.role)) + "[" + std::to_string(node.rank) + "]";
}

}  // namespace psgrid
