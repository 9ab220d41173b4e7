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

  // A node wants to go.
  void set_leaving(NodeId node);
  bool is_leaving(NodeId node) const;

  // A worker that the view is without joins, as if it had done `from` iterations.
  void admit(std::uint32_t worker, Clock from) { admitted_[worker] = from; }

  // A sign of life. True if it was news: the node was not there, or has been started anew.
  // It has its memory since `memory_since`, which is `incarnation` unless it was kept in a restart.
  bool hear(NodeId node, Incarnation incarnation, Time now) {
    return hear(node, incarnation, incarnation, now);
  }
  bool hear(NodeId node, Incarnation incarnation, Incarnation memory_since, Time now);

  // For a manager that takes over: everyone who may be there is, until it turns out otherwise.
  // Servers have been silent for some time.
  void assume(const View& view, std::uint32_t servers, Time now, Duration silence);

  // Those that have been silent for so long, and were so when this was last asked: a manager that
  // stood still itself hears what came meanwhile first. They are gone from now on.
  std::vector<NodeId> lose(Time now, Duration silence);

  // Everyone who was ever heard.
  std::vector<NodeId> all() const;
  std::size_t count() const { return known_.size(); }

  // The server that has been joining a shard's chain since an epoch has all that the chain has.
  void set_joined(std::uint32_t shard, Epoch joining_since) { joined_[shard] = joining_since; }

  // All replicas of a shard's chain, made in an epoch, know that it is their chain.
  void set_linked(std::uint32_t shard, Epoch since) { linked_[shard] = since; }

  // The chain of a shard, made in an epoch, is closed: its servers all have the same entries.
  void set_closed(std::uint32_t shard, Epoch since) { closed_[shard] = since; }

  // Shards whose chains are of the servers that they should be of, but in another order. Nothing as
  // long as any chain is not complete.
  std::vector<std::uint32_t> out_of_order(const View& view) const;

  // When the first of those that are watched will have been silent for so long; never if there are
  // none.
  Time next_loss(Duration silence) const;

  // The first view, of all that are there.
  ViewDescription first(std::uint32_t workers, const PartitionSpec& partition,
                        std::vector<TableShape> tables) const;

  // Where shards should be: those of servers that leave go to others, and servers that joined get
  // as many as the others have; no shard moves that need not.
  std::vector<std::uint32_t> next_homes(const View& view) const;

  // The view that should follow; nothing if the present one is as it should be.
  std::optional<ViewDescription> next(const View& view) const;

  // Servers that are not there and have not been heard since a time.
  std::vector<std::uint32_t> silent_servers(Time since) const;

  // A shard of which no replica is left: those that had it have been started anew, or are gone for
  // good.
  std::optional<std::uint32_t> lost_shard(const View& view,
                                          const std::vector<std::uint32_t>& gone) const;

 private:
  struct Known {
    Incarnation incarnation, memory_since;
    Time heard;
    bool there = true;
    bool leaving = false;
    bool silent = false;  // it was when last asked
  };

  const Known* find(NodeId node) const;
  bool is_there(NodeId node) const;
  // Whether it matters that a node is gone.
  bool is_watched(NodeId node) const;
  // Whether a server has been started anew since it got its shards.
  bool has_forgotten(const View& view, std::uint32_t server) const;
  // Whether it has been so, but with its memory kept: it takes part again in a chain made anew.
  bool has_returned(const View& view, std::uint32_t server) const;
  std::vector<std::uint32_t> members() const;
  Chain next_chain(const View& view, std::uint32_t shard, std::uint32_t home) const;
  std::vector<std::uint32_t> targets(std::uint32_t home) const;
  bool is_closed(const View& view, std::uint32_t shard) const;

  std::uint32_t factor_;
  WorkerLoss worker_loss_;
  std::map<NodeId, Known> known_;
  std::map<std::uint32_t, Epoch> joined_, linked_, closed_;  // by shard
  std::map<std::uint32_t, Clock> admitted_;                  // by worker
};

}  // namespace psgrid
