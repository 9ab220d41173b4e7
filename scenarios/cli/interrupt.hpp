// Ctrl-C and termination, as a question that long loops ask.
#pragma once

namespace psgrid::scenarios {

// From now on SIGINT and SIGTERM set a flag instead of ending the process; a second one ends it.
void catch_interrupts();

bool interrupted();

}  // namespace psgrid::scenarios
