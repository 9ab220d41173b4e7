// Settings of the SimGrid engine that every run uses.
#pragma once

#include "model/cluster_spec.hpp"

namespace psgrid::sim {

// Chooses the network model and silences SimGrid's own log. Call once, after the engine has been
// created and before the platform is. Both models run without cross-traffic: acknowledgements cost
// no bandwidth.
//
// CM02: a lone message of m bytes takes exactly L + m / B. LV08 (SimGrid's calibration on TCP):
// latencies count 13.01 times, bandwidths 0.97 times, and a flow gets at most
// TCP-gamma / (2 * latency).
void configure_engine(const NetworkSpec& network);

}  // namespace psgrid::sim
