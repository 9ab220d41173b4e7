// Checks of a run against the promises: one function for each, in files by what they look at.
#pragma once

#include <string>
#include <vector>

#include "analysis/promises/broken.hpp"
#include "analysis/promises/history.hpp"

namespace psgrid::analysis {

using BrokenList = std::vector<Broken>;

// What pulls returned (values.cpp); of runs with the learner "tally".
BrokenList check_bounds(const History& history);
BrokenList check_no_phantom(const History& history);
BrokenList check_isolated(const History& history);
BrokenList check_staleness(const History& history);
BrokenList check_bulk_sync(const History& history);
BrokenList check_session(const History& history);

// Updates of some workers' gradients (rounds.cpp), and who moves data when (turns.cpp).
BrokenList check_quorum(const History& history);
BrokenList check_turns(const History& history);

// What replicas applied (logs.cpp).
BrokenList check_durable(const History& history);
BrokenList check_exactly_once(const History& history);
BrokenList check_prefix_order(const History& history);
BrokenList check_agree(const History& history);

// Views and who acted in them (views.cpp).
BrokenList check_monotone(const History& history);
BrokenList check_one_owner(const History& history);
BrokenList check_one_view(const History& history);
BrokenList check_member(const History& history);
BrokenList check_bounded(const History& history);

// Whether the job went on as it should (liveness.cpp).
BrokenList check_progress(const History& history);
BrokenList check_no_deadlock(const History& history);
BrokenList check_failover(const History& history);
BrokenList check_straggler(const History& history);
BrokenList check_recovered(const History& history);

// Whether the simulator has lost count of messages (views.cpp).
BrokenList check_conserved(const History& history);

// All of them, by the time at which they broke. Where a scenario goes beyond what is tolerated,
// only that nothing wrong was acknowledged or returned. Requires an audited run.
BrokenList check_promises(const History& history);
BrokenList check_promises(const Trail& trail);

// Promises about time that were not kept, and shards that lost all replicas before new ones were
// made, while the machine let processes wait: whether the cluster or the machine is to blame is not
// known. Not among those of check_promises().
BrokenList unknown_promises(const History& history);

// A line for each promise: kept, broken or unknown (with the sentences), or not checked in such a
// run.
std::string promises_text(const Trail& trail, const BrokenList& broken);

}  // namespace psgrid::analysis
