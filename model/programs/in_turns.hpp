// A worker program in which one worker at a time pushes its gradient and pulls the parameters
// (consistency/round_robin.cpp).
#pragma once

#include "model/program.hpp"
#include "model/worker.hpp"

namespace psgrid {

Program in_turns(Worker& ps);

}  // namespace psgrid
