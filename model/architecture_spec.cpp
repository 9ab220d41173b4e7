#include "model/architecture_spec.hpp"

namespace psgrid {

const char* name_of(Architecture architecture) {
  switch (architecture) {
    case Architecture::kParameterServer:
      return "parameter server";
    case Architecture::kAllToAll:
      return "all to all";
    case Architecture::kCoordinator:
      return "coordinator";
    case Architecture::kRingAllReduce:
      return "ring all-reduce";
    case Architecture::kMapReduce:
      return "MapReduce";
  }
  return "";
}

}  // namespace psgrid
