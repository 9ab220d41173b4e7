// Every message that nodes exchange. Messages are values: nothing in one refers to its sender.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "model/ids.hpp"
#include "model/key_set.hpp"
#include "model/values.hpp"
#include "model/view.hpp"

namespace psgrid {

// Any node -> manager: I am here.
struct Join {
  Incarnation incarnation;
};

// Manager -> everyone, once all have joined: the view, and a worker's share of the training rows.
struct Welcome {
  ViewPtr view;
  std::uint32_t first_row = 0;
  std::uint32_t rows = 0;
};

// "My clock on these keys is now `clock`": every gradient of earlier iterations is in this push or
// in one before it.
struct Tick {
  Namespace table;
  KeyRange keys;
  Clock clock;
};

// Worker -> server: a gradient's slice, computed in `iteration`. Every server gets a part of every
// push, if only an empty one, so that each sees a worker's pushes numbered without gaps.
//
// There may be one for every worker and server under way at once: the fields are in the order that
// leaves no gaps.
struct Push {
  Epoch epoch;
  Clock iteration;
  Clock read_clock;
  RequestId request;
  std::uint64_t read_version = 0;  // of the pull that the gradient was computed from
  Sections sections;
  SharedList<Tick> ticks;
};

// Server -> worker: the push is applied (or, where gradients are summed first, in the sum).
struct PushAck {
  RequestId request;
};

// Worker -> server: the rows that `iteration` starts from. Keys of a section that are a whole table
// stand for those of it that the server holds.
struct Pull {
  Epoch epoch;
  RequestId request;
  Clock iteration;
  Clock own_clock;    // iterations whose pushes this worker has issued: the answer must hold them
  Sections sections;  // without values
};

struct PullReply {
  RequestId request;
  std::uint64_t version = 0;  // updates applied at the server so far
  Clock slowest;              // every worker's updates of all earlier iterations are in the values
  Duration held;              // by the consistency gate
  Sections sections;
};

// Worker -> manager: `clock` iterations are done and acknowledged.
struct Progress {
  Clock clock;
  std::uint32_t examples = 0;  // of the last iteration
};

// Manager -> everyone: the job is over.
struct Stop {};

// Manager -> server and back, out of band: the server's part of the model as it stands.
struct SnapshotRequest {
  std::uint64_t id = 0;
};
struct Snapshot {
  std::uint64_t id = 0;
  Sections sections;
};

using Message = std::variant<Join, Welcome, Push, PushAck, Pull, PullReply, Progress, Stop,
                             SnapshotRequest, Snapshot>;
using MessagePtr = std::shared_ptr<const Message>;

template <class Body>
MessagePtr make_message(Body body) {
  return std::make_shared<const Message>(std::move(body));
}

// "push", "pull_reply", ...
std::string_view type_name(const Message& message);

// By a message's place in the variant, which is its type on the wire; empty for no type.
std::string_view type_name(std::size_t type);

// The request's number, of pushes and pulls and their answers; else 0.
std::uint64_t request_of(const Message& message);

}  // namespace psgrid
