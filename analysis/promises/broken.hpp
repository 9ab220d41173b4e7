// A promise that was found broken, as a person is told of it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/ids.hpp"

namespace psgrid::analysis {

// The promises of a cluster; see the table that names them in promise_text().
enum class Promise {
  kDurable,
  kExactlyOnce,
  kNoPhantom,
  kBounds,
  kPrefixOrder,
  kAgree,
  kMonotone,
  kOneOwner,
  kStaleness,
  kBulkSync,
  kSession,
  kQuorum,
  kTurns,
  kIsolated,
  kMember,
  kOneView,
  kBounded,
  kHonest,
  kProgress,
  kNoDeadlock,
  kFailover,
  kStraggler,
  kRecovered,
  kConserved,
};

// "Durable", ...
const char* promise_name(Promise promise);

// What it says, in a sentence.
const char* promise_text(Promise promise);

struct TableKey {
  Namespace table;
  Key key = 0;
};

struct Broken {
  Promise promise = Promise::kDurable;
  std::string what;  // a sentence with what was found and what was expected
  Time at;
  std::vector<NodeId> nodes;
  std::vector<TableKey> keys;
  std::optional<Time> since;  // of what was late: when it could have begun
};

// "Durable broken at 1.25 s (worker[1]; key 5 of table 0): ..."
std::string to_string(const Broken& broken);

}  // namespace psgrid::analysis
