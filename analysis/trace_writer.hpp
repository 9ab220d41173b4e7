// trace.json: Chrome trace events that open in Perfetto (ui.perfetto.dev) and chrome://tracing.
//
// One track per node, grouped by role. A worker's iterations hold the slices wait, pull, compute
// and push in that order; a server's hold what its processor did. Counters per server: staleness
// of what it applies, and messages on their way to it. An arrow leads from the computation of a
// gradient to each application of it.
#pragma once

#include <iosfwd>

#include "analysis/output_directory.hpp"
#include "analysis/trace_log.hpp"

namespace psgrid::analysis {

void write_trace(const TraceLog& log, std::ostream& out);

// Writes trace.json.
Failure write_trace(const OutputDirectory& directory, const TraceLog& log);

}  // namespace psgrid::analysis
