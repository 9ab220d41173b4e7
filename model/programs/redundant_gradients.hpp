// A worker program for models in which several workers do the same work
// (consistency/redundant.cpp), and an iteration is complete without those who are late: they go on
// with the next one.
#pragma once

#include "model/program.hpp"
#include "model/worker.hpp"

namespace psgrid {

Program redundant_gradients(Worker& ps);

}  // namespace psgrid
