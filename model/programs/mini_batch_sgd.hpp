// The standard worker program: pull, compute a gradient, push, tick; or several gradients, each at
// the weights that the one before led to.
#pragma once

#include "model/program.hpp"
#include "model/worker.hpp"

namespace psgrid {

Program mini_batch_sgd(Worker& ps);

}  // namespace psgrid
