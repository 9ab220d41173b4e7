// The standard program with mini-batches in pieces: who has finished asks the next workers for
// pieces of theirs (Harlap et al., FlexRR, SoCC 2016).
#pragma once

#include "model/program.hpp"
#include "model/worker.hpp"

namespace psgrid {

Program work_stealing(Worker& ps);

}  // namespace psgrid
