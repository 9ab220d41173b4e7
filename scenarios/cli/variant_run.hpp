// One of the many runs of a command such as `compare`, in a child.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/run_data.hpp"
#include "model/run_spec.hpp"
#include "scenarios/cli/backend.hpp"
#include "scenarios/cli/children.hpp"
#include "scenarios/cli/overview.hpp"

namespace psgrid::scenarios {

struct VariantRun {
  std::string name;     // before notes for a person to read
  std::string variant;  // for the header of the results
  RunSpec run;
  std::filesystem::path directory;
  Backend backend = Backend::kSim;
  unsigned math_threads = 0;
};

// The body of the child: runs it and writes its files. Exit code of the process.
int run_variant(const VariantRun& run, ChildReport& report);

// Runs them in children, so many at a time; `shown` is what the overview calls them.
std::vector<ChildEnd> run_variants(const std::vector<VariantRun>& runs,
                                   std::vector<Overview::Run> shown, unsigned at_once, bool quiet);

// Of all runs together: interrupted if any is, else failed if any is.
analysis::RunStatus status_of(const std::vector<ChildEnd>& ends);

}  // namespace psgrid::scenarios
