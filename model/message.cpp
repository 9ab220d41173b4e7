#include "model/message.hpp"

namespace psgrid {

namespace {

struct NameOf {
  std::string_view operator()(const Join&) const { return "join"; }
  std::string_view operator()(const Welcome&) const { return "welcome"; }
  std::string_view operator()(const Push&) const { return "push"; }
  std::string_view operator()(const PushAck&) const { return "push_ack"; }
  std::string_view operator()(const Pull&) const { return "pull"; }
  std::string_view operator()(const PullReply&) const { return "pull_reply"; }
  std::string_view operator()(const Progress&) const { return "progress"; }
  std::string_view operator()(const Stop&) const { return "stop"; }
  std::string_view operator()(const SnapshotRequest&) const { return "snapshot_request"; }
  std::string_view operator()(const Snapshot&) const { return "snapshot"; }
};

}  // namespace

std::string_view type_name(const Message& message) { return std::visit(NameOf{}, message); }

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
