// A run with its progress on standard error, its report, and its table on standard output.
#pragma once

#include <optional>

#include "analysis/output_directory.hpp"
#include "model/run_spec.hpp"
#include "scenarios/cli/backend.hpp"
#include "scenarios/cli/commands.hpp"

namespace psgrid::scenarios {

// Returns the process's exit code. With a cluster, the directory is only made once all of its
// processes have come.
int run_single(const RunSpec& run, const SingleRunOptions& options,
               const analysis::OutputDirectory& directory,
               const std::optional<SocketCluster>& cluster);

}  // namespace psgrid::scenarios
