#include "analysis/promises/broken.hpp"

#include <array>

#include <fmt/format.h>

namespace psgrid::analysis {

namespace {

struct PromiseText {
  const char* name;
  const char* text;
};

// In the order of the enumeration.
constexpr std::array<PromiseText, 24> kPromises = {{
    {"Durable",
     "An acknowledged push is in every later state of its key range as long as at most k of its "
     "replicas lost their memory since."},
    {"ExactlyOnce",
     "A push is applied to a replica's state at most once, and exactly once if acknowledged, "
     "despite retry, duplicate, failover and restart."},
    {"NoPhantom", "No value reflects an update that no worker attempted."},
    {"Bounds",
     "A pull lies between the acknowledged pushes that finished before it began and the attempted "
     "pushes that began before it ended."},
    {"PrefixOrder",
     "Within an epoch, what a replica has applied begins with what its successor in the chain has "
     "applied."},
    {"Agree", "After everything has settled, all live replicas of a key range are byte-identical."},
    {"Monotone", "Versions, clocks, epochs and incarnations never go backwards at a node."},
    {"OneOwner",
     "In each epoch every key has exactly one chain, the ranges cover the key space, and once a "
     "server has acted for a key in epoch e+1 none acts for it in an earlier one."},
    {"Staleness",
     "Under SSP(s) no worker starts an iteration more than s ahead of the slowest registered "
     "worker, and what it reads contains every update that is s+1 or more clocks old."},
    {"BulkSync",
     "Under BSP the model after each iteration is bit for bit that of a serial run, under any "
     "tolerated faults."},
    {"Session",
     "A worker sees its own acknowledged pushes, and never reads an older version after a newer "
     "one."},
    {"Quorum",
     "Where k gradients make an update it is of k, or of those workers' that are left, none of "
     "them is in two, and where they have to be fresh they are of the parameters before it."},
    {"Turns",
     "Where workers take turns only one at a time moves data, and none is passed over as long as "
     "it has iterations left."},
    {"Isolated", "Nothing in one namespace changes values, clocks or membership in another."},
    {"Member",
     "Only joined and not expelled members are in a view; requests of others are refused; a join "
     "or leave during a failover loses no key."},
    {"OneView", "At most one view is ever installed for an epoch."},
    {"Bounded", "Duplicate tables, resend buffers, queues and logs stay within declared limits."},
    {"Honest",
     "Beyond tolerance the system may stop or report a loss; it never acknowledges or returns a "
     "wrong value."},
    {"Progress", "Every outstanding request completes within a stated time."},
    {"NoDeadlock", "Work outstanding never waits with nothing but heartbeats in flight."},
    {"Failover",
     "A crashed server's keys accept pushes again within detection timeout, one view change and "
     "resync."},
    {"Straggler",
     "A slow worker delays others only as the consistency model allows, and is not expelled while "
     "within its lease."},
    {"Recovered",
     "Throughput returns to 95 % of its earlier value; retries per push stay bounded."},
    {"Conserved", "Sent + duplicated = delivered + dropped + in flight (of the simulator itself)."},
}};

const PromiseText& row(Promise promise) { return kPromises[static_cast<std::size_t>(promise)]; }

}  // namespace

const char* promise_name(Promise promise) { return row(promise).name; }

const char* promise_text(Promise promise) { return row(promise).text; }

std::string to_string(const Broken& broken) {
  std::vector<std::string> where;
  for (NodeId node : broken.nodes) where.push_back(psgrid::to_string(node));
  for (const TableKey& key : broken.keys)
    where.push_back(fmt::format("key {} of table {}", key.key, key.table.value));
  return fmt::format("{} broken at {:.6g} s{}: {}", promise_name(broken.promise), broken.at.seconds,
                     where.empty() ? "" : fmt::format(" ({})", fmt::join(where, ", ")),
                     broken.what);
}

}  // namespace psgrid::analysis
