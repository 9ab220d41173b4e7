// The standard worker program: pull, compute a gradient, push, tick.
#pragma once

#include "model/program.hpp"
#include "model/worker.hpp"

namespace psgrid {

Program mini_batch_sgd(Worker& ps);

}  // namespace psgrid
