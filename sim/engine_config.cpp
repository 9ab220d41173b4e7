#include "sim/engine_config.hpp"

#include <simgrid/s4u/Engine.hpp>
#include <xbt/log.h>

namespace psgrid::sim {

void configure_engine(const NetworkSpec& network) {
  using simgrid::s4u::Engine;
  xbt_log_control_set("root.thresh:critical");
  Engine::set_config("network/crosstraffic:no");
  switch (network.model) {
    case NetworkModel::kLv08:
      Engine::set_config("network/model:LV08");
      break;
    case NetworkModel::kCm02:
      Engine::set_config("network/model:CM02");
      Engine::set_config("network/TCP-gamma:1e15");  // no limit by latency
      break;
  }
}

}  // namespace psgrid::sim
