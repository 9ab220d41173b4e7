// Mistakes that a test can plant into the protocol, to see that the promises' checkers notice them.
//
// Only in libraries built with PSGRID_PLANTED; everywhere else planted() is a constant false, and
// nothing of this is left.
#pragma once

#include <cstdint>

namespace psgrid {

enum class Mistake : std::uint8_t {
  kNone,
  // Chains.
  kEarlyAcknowledgement,      // the head acknowledges before the tail has the push
  kRetryAcknowledgedAtOnce,   // a repeated push is acknowledged though it is still on its way
  kStableTooSoon,             // a replica in the middle reports what the tail does not have
  kNoResendAfterChainChange,  // a new successor is not sent what it lacks
  kResyncWithoutDuplicates,   // a copied state lacks who has pushed what
  kResyncMissesAnEntry,       // a copied state claims an entry that is not in it
  kJoinBeforeData,            // a joiner becomes the tail before it has the state
  kJoinerNotAwaited,          // pushes are acknowledged that a joiner does not have
  kNoReplacement,             // a chain that lost a replica stays short
  kBufferNeverTrimmed,        // entries are kept though the tail has them
  kClosedTooSoon,             // a chain is said to be closed though entries are on their way
  kClosedChainGoesOn,         // a chain that is closed takes more pushes
  kLinkNotPassedDown,         // a replica answers as the tail though not all know the chain
  // Requests.
  kNoDuplicateCheck,        // a repeated push is applied again
  kOldEpochAccepted,        // messages of an earlier chain are served
  kLeaseNotChecked,         // a server acts though its lease is over
  kReadsFromHead,           // workers read what is not acknowledged
  kAcknowledgedByOneShard,  // a push counts as acknowledged when one shard has it
  kPushOfAnotherAccepted,   // an expelled worker still pushes
  // Consistency.
  kStalenessOffByOne,     // the gate opens one iteration too early
  kGateIgnoresOwnPushes,  // a worker does not see what it pushed
  kExpelledInMinimum,     // the gate waits for a worker that is gone
  kClockOvertakesPushes,  // a clock advances when its push comes, not when it takes effect
  kGateNotReleased,       // nobody looks at the gate when a worker is expelled
  kTablesShared,          // updates of one namespace go to another
  kSumWithoutTheLast,     // an iteration's sum leaves a worker out
  kRoundClosedEarly,      // an update is made of one gradient too few
  kStaleGradientCounted,  // a gradient of older parameters is part of an update
  kResyncWithoutRound,    // a copied state lacks the gradients that wait for others
  kDynamicBoundOvershot,  // who runs ahead may do so one iteration too far
  kSwitchedEarly,         // who is to become asynchronous already is
  kTaskBeforeOthers,      // a task begins before the last iteration that it waits for
  kTurnSkipped,           // the turn is passed to the next but one
  kTurnTakenTwice,        // a turn that is told of again is taken again
  // Managers.
  kViewWithoutMajority,  // a view holds when its proposer says so
  kAcceptedForgotten,    // a vote does not tell what was accepted
  kEpochReused,          // a view has the epoch of the one before it
  kRestartNotNoticed,    // a server that lost its memory keeps its places
  kLeaseForOldView,      // a server with an old view is told that all is well
  kViewsGoBack,          // an older view replaces a newer one
  kImpatient,            // nodes are expelled while within their lease
  kOrderNotRestored,     // who returns stays at the end of its chains
  kStaysOut,             // a worker that comes back is not let in
  kReturnsTooEarly,      // a worker that comes back begins with pushes that it has made before
};

#ifdef PSGRID_PLANTED
bool planted(Mistake mistake);
void plant(Mistake mistake);
#else
constexpr bool planted(Mistake) { return false; }
#endif

}  // namespace psgrid
