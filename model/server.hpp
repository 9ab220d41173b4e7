// A parameter server node: holds replicas of shards, each in its place in the shard's chain
// (replica.hpp), as the manager's views say and as long as the manager's lease lets it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "model/job.hpp"
#include "model/lease.hpp"
#include "model/member.hpp"
#include "model/node.hpp"
#include "model/replica.hpp"

namespace psgrid {

class Server final : public Node {
 public:
  Server(std::shared_ptr<const Job> job, NodeId self, Context& context);

  void on_start() override;
  void on_message(NodeId from, const MessagePtr& message) override;
  void on_timer(TimerId timer) override;
  void on_compute_done(ComputeId work) override;
  void on_leave() override { member_.leave(); }
  Memory memory() const override;
  void recall(const Memory& memory) override;

 private:
  // Where a message belongs.
  struct Address {
    Epoch since;
    std::uint32_t shard = 0;
    std::uint64_t number = 0;  // of the request or entry
  };
  static std::optional<Address> address_of(const Message& message);

  void on_welcome(NodeId from, const Welcome& welcome);
  void on_lease(Time until);
  void on_stop();
  void on_snapshot_request(NodeId from, const SnapshotRequest& request);
  void on_shard_message(NodeId from, const MessagePtr& message, Address address);
  void keep_for_later(NodeId from, const MessagePtr& message, const Address& address);
  void hand_over(Replica& replica, NodeId from, const MessagePtr& message);
  void take_up_what_was_kept();
  Replica* replica_of(std::uint32_t shard);
  void note(const char* situation);

  const std::shared_ptr<const Job> job_;
  const NodeId self_;
  Context& context_;
  Member member_;
  Lease lease_;

  ViewPtr view_;  // null until the manager's welcome
  std::optional<std::uint32_t> only_shard_;
  std::map<std::uint32_t, Replica> replicas_;  // by shard
  Memory recalled_;  // of before a restart, until a view says which of it still counts

  // Messages of chains that this server has not heard of, or that came while its lease was over;
  // each once, though it may be repeated.
  std::vector<std::pair<NodeId, MessagePtr>> early_;
  std::set<std::tuple<NodeId, std::size_t, std::uint32_t, std::uint64_t>> early_numbers_;
};

}  // namespace psgrid
