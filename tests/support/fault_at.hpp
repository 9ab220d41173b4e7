// A fault of a single node.
#pragma once

#include "model/fault_spec.hpp"

namespace psgrid::testing {

inline FaultSpec fault_at(double at, FaultKind kind, NodeId node) {
  return {.at = at, .kind = kind, .nodes = {{node.role, node.rank, node.rank}}};
}

}  // namespace psgrid::testing
