// What parameter servers are compared with, to run a test over.
#pragma once

#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "model/architecture_spec.hpp"

namespace psgrid {

inline void PrintTo(Architecture architecture, std::ostream* out) { *out << name_of(architecture); }

namespace testing {

inline constexpr Architecture kBaselines[] = {Architecture::kAllToAll, Architecture::kCoordinator,
                                              Architecture::kRingAllReduce,
                                              Architecture::kMapReduce};

// For names of tests: "RingAllReduce".
inline std::string test_name_of(Architecture architecture) {
  switch (architecture) {
    case Architecture::kParameterServer:
      return "ParameterServer";
    case Architecture::kAllToAll:
      return "AllToAll";
    case Architecture::kCoordinator:
      return "Coordinator";
    case Architecture::kRingAllReduce:
      return "RingAllReduce";
    case Architecture::kMapReduce:
      return "MapReduce";
  }
  return "";
}

}  // namespace testing
}  // namespace psgrid
