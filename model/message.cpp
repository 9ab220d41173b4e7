#include "model/message.hpp"

#include <array>

namespace psgrid {

namespace {

constexpr std::array<std::string_view, std::variant_size_v<Message>> kTypeNames = {
    "join",
    "welcome",
    "push",
    "push_ack",
    "pull",
    "pull_reply",
    "progress",
    "stop",
    "snapshot_request",
    "snapshot",
    "heartbeat",
    "heartbeat_ack",
    "forward",
    "forward_ack",
    "chain_sync",
    "chain_synced",
    "state_request",
    "state_piece",
    "joined",
    "campaign",
    "vote",
    "propose",
    "accepted",
    "beat",
    "beat_ack",
    "recall",
    "recalled",
    "linked",
    "rows",
    "turn",
    "incomplete",
    "rejoin",
    "checkpoint_request",
    "checkpoint_written",
    "close_chain",
    "chain_closed",
    "push_count_request",
    "push_count",
    "idle",
    "assist",
    "assisted",
    "gradients"};

}  // namespace

std::string_view type_name(const Message& message) { return kTypeNames[message.index()]; }

std::string_view type_name(std::size_t type) {
  return type < kTypeNames.size() ? kTypeNames[type] : std::string_view();
}

std::uint64_t request_of(const Message& message) {
  return std::visit(
      [](const auto& body) -> std::uint64_t {
        if constexpr (requires { body.request.value; })
          return body.request.value;
        else
          return 0;
      },
      message);
}

}  // namespace psgrid
