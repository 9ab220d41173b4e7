#include "scenarios/cli/launcher.hpp"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

namespace psgrid::scenarios {

namespace {

struct Variables {
  const char *launcher, *rank, *tasks;
};

constexpr Variables kLaunchers[] = {
    {"mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
    {"mpiexec", "PMI_RANK", "PMI_SIZE"},
    {"srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"},
    {"srun", "SLURM_PROCID", "SLURM_NTASKS"},
};

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

}  // namespace

Result<std::optional<LauncherRank>> launcher_rank(const Environment& environment) {
  for (const Variables& names : kLaunchers) {
    const char* rank_text = environment(names.rank);
    const char* tasks_text = environment(names.tasks);
    if (!rank_text || !tasks_text) continue;
    const auto rank = number(rank_text), tasks = number(tasks_text);
    if (rank && tasks && *rank < *tasks)
      return std::optional(LauncherRank{names.launcher, *rank, *tasks});
    return InputError{
        .message = fmt::format("found {}={} and {}={}, expected a rank below the number of tasks",
                               names.rank, rank_text, names.tasks, tasks_text)};
  }
  return std::optional<LauncherRank>();
}

}  // namespace psgrid::scenarios
