// What trains the model: a parameter server, or one of the systems that it is compared with.
#pragma once

#include <cstdint>

namespace psgrid {

enum class Architecture : std::uint8_t {
  kParameterServer,
  kAllToAll,       // every worker sends its gradient to every other, and steps its own model
  kCoordinator,    // server[0] gathers all gradients and sends every worker the whole model
  kRingAllReduce,  // workers add gradients up along a ring, and step their own models
  kMapReduce,      // servers reduce by ranges of keys, and keep the model in storage between rounds
};

struct ArchitectureSpec {
  Architecture type = Architecture::kParameterServer;
  double storage_bandwidth = 500e6;  // map_reduce: bytes per second, of each server
};

constexpr bool has_parameter_server(const ArchitectureSpec& spec) {
  return spec.type == Architecture::kParameterServer;
}

// "parameter server", "ring all-reduce", ...
const char* name_of(Architecture architecture);

}  // namespace psgrid
