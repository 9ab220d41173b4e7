// What a manager knows of who is there, and the views that follow from it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "model/job_spec.hpp"
#include "model/view.hpp"

namespace psgrid {

class Membership {
 public:
  Membership(const ReplicationSpec& replication, WorkerLoss worker_loss)
      : factor_(replication.factor), worker_loss_(worker_loss) {}

  // A sign of life. True if it was news: the node was not there, or has been started anew.
  bool hear(NodeId node, Incarnation incarnation, Time now);

  // For a manager that takes over: everyone who may be there is, until it turns out otherwise.
  void assume(const View& view, std::uint32_t servers, Time now);

  // Members that were last heard before a time; they are gone from now on.
  std::vector<NodeId> lose(Time heard_before);

  // Everyone who was ever heard.
  std::vector<NodeId> all() const;

  // The server that has been joining a shard's chain since an epoch has all that the chain has.
  void set_joined(std::uint32_t shard, Epoch joining_since) { joined_[shard] = joining_since; }

  // The first view, of all that are there.
  ViewDescription first(std::uint32_t workers, const PartitionSpec& partition,
                        std::vector<TableShape> tables) const;

  // The view that should follow; nothing if the present one is as it should be.
  std::optional<ViewDescription> next(const View& view) const;

  // A shard of which no replica is left.
  std::optional<std::uint32_t> lost_shard(const View& view) const;

 private:
  struct Known {
    Incarnation incarnation;
    Time heard;
    bool there = true;
  };

  const Known* find(NodeId node) const;
  bool is_there(NodeId node) const;
  // Whether a server has been started anew since it got its shards.
  bool has_forgotten(const View& view, std::uint32_t server) const;
  Chain next_chain(const View& view, std::uint32_t shard) const;
  std::vector<std::uint32_t> targets(const View& view, std::uint32_t shard) const;

  std::uint32_t factor_;
  WorkerLoss worker_loss_;
  std::map<NodeId, Known> known_;
  std::map<std::uint32_t, Epoch> joined_;  // by shard
};

}  // namespace psgrid
