// Strong types for the identities and counters of a cluster, and for time.
//
// None converts to another by accident; all order and hash by value.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>

namespace psgrid {

// What a node is for. The order is the order of node indices (see node_index in cluster_spec.hpp).
enum class Role : std::uint8_t { kManager, kServer, kWorker };

const char* role_name(Role role);

// One node of the cluster: its role and its rank among the nodes of that role, from 0.
struct NodeId {
  Role role = Role::kManager;
  std::uint32_t rank = 0;
  auto operator<=>(const NodeId&) const = default;
};

// "worker[3]", the form that scenarios use.
std::string to_string(NodeId node);

inline NodeId manager_id(std::uint32_t rank) { return {Role::kManager, rank}; }
inline NodeId server_id(std::uint32_t rank) { return {Role::kServer, rank}; }
inline NodeId worker_id(std::uint32_t rank) { return {Role::kWorker, rank}; }

// A table of parameters with its own clocks and partition; namespaces never affect each other.
struct Namespace {
  std::uint16_t value = 0;
  auto operator<=>(const Namespace&) const = default;
};

// A parameter's name within its namespace. A row of `width` values belongs to each key.
using Key = std::uint64_t;

// Completed iterations of a worker; "clock c" also names the iteration that starts at clock c.
struct Clock {
  std::uint32_t value = 0;
  auto operator<=>(const Clock&) const = default;
  Clock next() const { return {value + 1}; }
};

// Number of a view of the cluster; views are installed in rising order.
struct Epoch {
  std::uint32_t value = 0;
  auto operator<=>(const Epoch&) const = default;
};

// The time of office of a leading manager; a later leader has a later term.
struct Term {
  std::uint32_t value = 0;
  auto operator<=>(const Term&) const = default;
};

// How many times a node has been started; messages of an old incarnation are never delivered.
struct Incarnation {
  std::uint32_t value = 0;
  auto operator<=>(const Incarnation&) const = default;
};

// Number of a worker's pushes, from 1 without gaps, the same at every server that has a part of the
// push; likewise of its pulls.
struct RequestId {
  std::uint64_t value = 0;
  auto operator<=>(const RequestId&) const = default;
};

// Names an armed timer of one node.
struct TimerId {
  std::uint64_t value = 0;
  auto operator<=>(const TimerId&) const = default;
};

// Names work that a node has handed to its processor.
struct ComputeId {
  std::uint64_t value = 0;
  auto operator<=>(const ComputeId&) const = default;
};

// A length of time in seconds.
struct Duration {
  double seconds = 0;
  auto operator<=>(const Duration&) const = default;
};

// A point in (virtual or real) time, in seconds since the run began.
struct Time {
  double seconds = 0;
  auto operator<=>(const Time&) const = default;
  static constexpr Time never() { return {std::numeric_limits<double>::infinity()}; }
};

inline Duration operator-(Time a, Time b) { return {a.seconds - b.seconds}; }
inline Time operator+(Time a, Duration d) { return {a.seconds + d.seconds}; }
inline Duration operator+(Duration a, Duration b) { return {a.seconds + b.seconds}; }
inline Duration operator*(Duration a, double factor) { return {a.seconds * factor}; }

// A size on the wire or in memory.
struct Bytes {
  std::uint64_t count = 0;
  auto operator<=>(const Bytes&) const = default;
};

inline Bytes operator+(Bytes a, Bytes b) { return {a.count + b.count}; }

}  // namespace psgrid

template <>
struct std::hash<psgrid::NodeId> {
  std::size_t operator()(psgrid::NodeId node) const noexcept {
    return std::hash<std::uint64_t>()((std::uint64_t{static_cast<std::uint8_t>(node.role)} << 32) |
                                      node.rank);
  }
};
