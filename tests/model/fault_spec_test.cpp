#include "model/fault_spec.hpp"

#include <gtest/gtest.h>

namespace psgrid {
namespace {

constexpr std::uint32_t kManagers = 3;

FaultSpec of_node(double at, FaultKind kind, NodeId node) {
  return {.at = at, .kind = kind, .nodes = {{node.role, node.rank, node.rank}}};
}

// From everybody of a role, for ever.
FaultSpec cut_off(double at, NodeId node, Role from, std::uint32_t last) {
  FaultSpec fault = of_node(at, FaultKind::kLink, node);
  fault.to = {{from, 0, last}};
  fault.link.down = true;
  return fault;
}

TEST(IsGoneForGood, WhoCrashesOrStandsStillAndDoesNotReturn) {
  for (FaultKind kind : {FaultKind::kCrash, FaultKind::kPause}) {
    std::vector<FaultSpec> faults = {of_node(1, kind, server_id(0))};
    EXPECT_FALSE(is_gone_for_good(faults, server_id(0), kManagers, 0.5));
    EXPECT_TRUE(is_gone_for_good(faults, server_id(0), kManagers, 2));
    EXPECT_FALSE(is_gone_for_good(faults, server_id(1), kManagers, 2));
    faults.push_back(of_node(5, FaultKind::kRestart, server_id(0)));
    EXPECT_FALSE(is_gone_for_good(faults, server_id(0), kManagers, 2));
  }
}

TEST(IsGoneForGood, WhoIsCutOffFromAllManagers) {
  EXPECT_TRUE(is_gone_for_good({cut_off(1, server_id(0), Role::kManager, kManagers - 1)},
                               server_id(0), kManagers, 2));
  EXPECT_FALSE(is_gone_for_good({cut_off(1, server_id(0), Role::kManager, kManagers - 2)},
                                server_id(0), kManagers, 2))
      << "one manager hears it";
  EXPECT_FALSE(
      is_gone_for_good({cut_off(1, worker_id(7), Role::kServer, 3)}, server_id(0), kManagers, 2))
      << "a worker does not hear it";
}

TEST(HasLeft, FromTheTimeOfItsFaultOn) {
  const std::vector<FaultSpec> faults = {of_node(1, FaultKind::kLeave, worker_id(2))};
  EXPECT_FALSE(has_left(faults, worker_id(2), 0.9));
  EXPECT_TRUE(has_left(faults, worker_id(2), 1));
  EXPECT_FALSE(has_left(faults, worker_id(1), 1));
}

}  // namespace
}  // namespace psgrid
