// What a campaign of random faults draws its runs from.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/run_spec.hpp"

namespace psgrid::scenarios {

// Both ends included.
template <class T>
struct Span {
  T least, most;
  bool operator==(const Span&) const = default;
};

enum class FaultFamily {
  kServerCrash,
  kWorkerCrash,
  kManagerCrash,
  kServerPause,
  kWorkerPause,
  kManagerPause,
  kServerJoin,
  kServerLeave,
  kWorkerJoin,
  kWorkerLeave,
  kSlow,
  kPartition,
  kLinkDown,
  kLoss,
  kDuplicate,
  kReorder,
  kDelay,
  kRate,
  kReset,
  // On top of the others:
  kCorrupt,
  kMemoryKept,  // by a node that is restarted
};
inline constexpr std::array<const char*, 21> kFaultFamilies = {
    "server_crash",  "worker_crash", "manager_crash", "server_pause", "worker_pause",
    "manager_pause", "server_join",  "server_leave",  "worker_join",  "worker_leave",
    "slow",          "partition",    "link_down",     "loss",         "duplicate",
    "reorder",       "delay",        "rate",          "reset",        "corrupt",
    "memory_kept"};

// What runs have besides, each in some of those that it goes with.
enum class Setting { kEager, kLocalSteps, kWorkStealing, kKeyCaching, kSnappy };
inline constexpr std::array<const char*, 5> kSettings = {"eager", "local_steps", "work_stealing",
                                                         "key_caching", "snappy"};

struct Exploration {
  Span<std::uint32_t> workers{2, 4}, servers{2, 5}, factor{1, 3};
  std::vector<std::uint32_t> managers = {1, 3};
  Span<std::uint32_t> iterations{25, 60};
  Span<std::uint32_t> keys{2, 6};  // of each worker
  Span<std::uint32_t> faults{2, 8};
  std::vector<ConsistencyModel> models = {ConsistencyModel::kBsp, ConsistencyModel::kSsp,
                                          ConsistencyModel::kBoundedDelay,
                                          ConsistencyModel::kAsync};
  std::vector<Setting> settings;
  std::vector<double> weights = std::vector<double>(kFaultFamilies.size(), 1.0);  // by family
  bool keeps_tolerance = true;
  bool operator==(const Exploration&) const = default;
};

// The run of a number of a campaign: the same whatever runs were drawn before it. What the
// exploration does not say is as in `base`. All faults end, and the job has until its stop time to
// end after that.
RunSpec draw_run(const RunSpec& base, const Exploration& exploration, std::uint64_t seed,
                 std::uint32_t number);

// A run that is to be one of real processes: its job has longer to end, as the machine may be slow.
void allow_for_machine(RunSpec& run);

}  // namespace psgrid::scenarios
