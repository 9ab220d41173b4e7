// A run's job, read from the files that its scenario names.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "model/job.hpp"
#include "scenarios/input_error.hpp"

namespace psgrid::scenarios {

// resume: the folder of a checkpoint that the job begins from, if not empty.
Result<std::shared_ptr<const Job>> load_job(const RunSpec& run, const std::string& resume = "");

// Equal for processes that would run the same: the resolved scenario, its data whatever the names
// of their files are, and the version of psgrid.
std::uint64_t fingerprint(const Job& job);

}  // namespace psgrid::scenarios
