// Which process of a cluster this one is, as the launcher that started it says in its environment.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "scenarios/input_error.hpp"

namespace psgrid::scenarios {

struct LauncherRank {
  std::string launcher;  // "srun", "mpirun"
  std::uint32_t rank = 0, tasks = 1;
};

using Environment = std::function<const char*(const char* name)>;  // as std::getenv

// Open MPI, then MPICH and whatever else speaks PMI, then Slurm: an mpirun may run within a job of
// Slurm, whose variables it leaves as they are. Nothing if none of these is there.
Result<std::optional<LauncherRank>> launcher_rank(const Environment& environment);

}  // namespace psgrid::scenarios
