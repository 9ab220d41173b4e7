// The architectures by the names that scenarios give them.
#pragma once

#include <string>
#include <utility>

#include "model/architecture_spec.hpp"
#include "model/check.hpp"

namespace psgrid::scenarios {

inline constexpr std::pair<const char*, Architecture> kArchitectures[] = {
    {"parameter_server", Architecture::kParameterServer},
    {"all_to_all", Architecture::kAllToAll},
    {"coordinator", Architecture::kCoordinator},
    {"ring_all_reduce", Architecture::kRingAllReduce},
    {"map_reduce", Architecture::kMapReduce}};

inline std::string architecture_name(Architecture architecture) {
  for (const auto& [name, known] : kArchitectures)
    if (known == architecture) return name;
  PSGRID_CHECK(false, "an architecture with a name");
}

}  // namespace psgrid::scenarios
