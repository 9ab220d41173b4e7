#include "scenarios/input/check_run.hpp"
namespace psgrid::scenarios { void check_run(RunSpec&, const Document&, const ReadContext&) {} }
