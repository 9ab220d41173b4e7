// What the processes of a cluster and its hub tell each other: who is there, when the run begins
// and ends, and what is recorded meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "model/ids.hpp"
#include "model/message_totals.hpp"
#include "model/records.hpp"
#include "model/run_observer.hpp"
#include "real/emulated_processor.hpp"
#include "real/run_clock.hpp"
#include "real/token.hpp"

namespace psgrid::real {

// Process -> hub, first of all.
struct Hello {
  Token token;
  std::uint32_t process = 0;
  Incarnation incarnation;
  std::uint64_t scenario = 0;  // fingerprint of the scenario that it runs
  std::string address;         // where it listens
  std::uint16_t port = 0;
};

struct PeerAddress {
  std::string address;
  std::uint16_t port = 0;
  Incarnation incarnation;
};

// Hub -> a process that it does not let in, instead of Begin.
struct Refused {
  std::string expected;
};

// Hub -> all processes, once all are there.
struct Begin {
  WallTime at;
  WallTime sent;       // when the hub sent this
  SteadyTime at_here;  // the same moment, for processes of the hub's machine
  bool traces = false;
  std::vector<PeerAddress> peers;  // by process
};

// Process -> hub, several times a second: what happened up to `until`, by time.
struct Observed {
  struct Recorded {
    Time at;
    NodeId node;
    Record record;
  };
  Time until;
  std::vector<Recorded> records;
  std::vector<MessageTrace> messages;
  std::vector<WorkTrace> works;
  std::uint64_t events = 0;  // handled so far
  bool idle = false;         // nothing is left for the process to do by itself
};

// Hub -> all processes: one of them has been started anew.
struct PeerRestarted {
  std::uint32_t process = 0;
  PeerAddress peer;
};

// Hub -> both ends: the connection over which `from` sends to `to` breaks.
struct ResetLink {
  std::uint32_t from = 0, to = 0;  // processes
};

// Hub -> a process that is about to be ended, and started anew with what its nodes have: stand
// still, and hand that over.
struct Surrender {};

// Process -> hub: part of what a node keeps, as a frame; and that there is no more.
struct Kept {
  NodeId node;
  Incarnation since;
  std::vector<std::byte> frame;
};
struct Surrendered {};

// Process -> hub: for a person to read.
struct LogLine {
  std::string text;
};

// Hub -> process: the run is over.
struct Finish {
  std::string failure;  // why it failed; empty if it did not
};

// Process -> hub, last of all.
struct Totals {
  std::vector<NodeTotals> nodes;
  MessageTotals messages;
  Overruns overruns;
};

using ControlMessage = std::variant<Hello, Begin, Observed, LogLine, Finish, Totals, PeerRestarted,
                                    ResetLink, Refused, Surrender, Kept, Surrendered>;

// Appends one message, with its length in front.
void encode(const ControlMessage& message, std::vector<std::byte>& out);

inline constexpr std::uint32_t kControlBytesMax = 256u << 20;

// One record by itself.
void encode(const Observed::Recorded& recorded, std::vector<std::byte>& out);
std::optional<Observed::Recorded> decode_recorded(std::span<const std::byte> bytes);

// body: what follows the length. Nothing if it is not such a message.
std::optional<ControlMessage> decode_control(std::span<const std::byte> body);

}  // namespace psgrid::real
