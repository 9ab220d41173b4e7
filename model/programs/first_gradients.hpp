// A worker program for models in which only the first gradients of the parameters as they are count
// (consistency/quorum.cpp): a gradient is given up as soon as there are newer parameters.
#pragma once

#include "model/program.hpp"
#include "model/worker.hpp"

namespace psgrid {

Program first_gradients(Worker& ps);

}  // namespace psgrid
