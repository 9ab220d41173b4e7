// Checkpoints as files: one for each shard, and a manifest that names them.
//
// The manifest is written last and replaces the one before it in one step, so that a folder always
// holds one complete checkpoint, or none. Every file has a checksum of all that is in it.
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "analysis/result.hpp"
#include "model/checkpoint.hpp"
#include "model/job.hpp"
#include "scenarios/input_error.hpp"

namespace psgrid::scenarios {

// Below the directory of a run's results.
inline constexpr const char* kCheckpointFolder = "checkpoint";

// Makes the folder if need be; what is there is removed once the new one is complete.
analysis::Failure write_checkpoint(const std::filesystem::path& folder,
                                   const Checkpoint& checkpoint, const Job& job);

// From a folder, or from the results of a run that has one. Refuses files that are not as they were
// written, and a checkpoint of another job.
Result<CheckpointPtr> read_checkpoint(const std::filesystem::path& path, const Job& job);

// Of an earlier run, if there is one.
void remove_checkpoint(const std::filesystem::path& folder);

// What has to be equal in a run that a checkpoint is made in and one that resumes it.
nlohmann::json checkpoint_identity(const Job& job);

}  // namespace psgrid::scenarios
