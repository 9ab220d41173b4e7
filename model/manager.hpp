// The manager node: registers nodes, decides the views, hands out the training data, follows the
// clocks, evaluates the model and ends the job. Of several managers one does so; another takes over
// when it fails, and learns from servers and workers what is not in the view.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "model/checkpointer.hpp"
#include "model/council.hpp"
#include "model/job.hpp"
#include "model/membership.hpp"
#include "model/node.hpp"
#include "model/view.hpp"

namespace psgrid {

class Manager final : public Node, private Council::Chair {
 public:
  Manager(std::shared_ptr<const Job> job, NodeId self, Context& context);

  void on_start() override;
  void on_message(NodeId from, const MessagePtr& message) override;
  void on_timer(TimerId timer) override;
  void on_compute_done(ComputeId work) override;
  Memory memory() const override { return council_.memory(); }
  void recall(const Memory& memory) override { council_.recall(memory); }

 private:
  void on_elected(const ViewPtr& last) override;
  void on_decided(const ViewPtr& view) override;
  void on_deposed() override;

  void on_join(NodeId from, const Join& join);
  void on_heartbeat(NodeId from, const Heartbeat& heartbeat);
  Time lease_begin(const Heartbeat& heartbeat) const;
  void on_joined(NodeId from, const Joined& joined);
  void on_linked(NodeId from, const Linked& linked);
  void on_chain_closed(NodeId from, const ChainClosed& closed);
  void on_push_count(NodeId from, const PushCount& count);
  void on_progress(NodeId from, const Progress& progress);
  void on_snapshot(const Snapshot& snapshot);

  void begin_if_all_joined();
  bool may_be_admitted(NodeId worker) const;
  void let_in(std::uint32_t worker);
  void admit(std::uint32_t worker, std::uint64_t pushes);
  void watch();
  void watch_soon();
  void watch_in(Duration time);
  std::vector<std::uint32_t> gone_for_good() const;
  void revise_view();
  void restore_order();
  void propose(ViewDescription description);
  void welcome_all();
  Welcome welcome_for(NodeId node) const;
  bool is_expelled(NodeId node) const;

  void evaluate();
  void request_snapshots();
  void finish_evaluation();
  void finish(StopReason reason);
  void settle();
  double mean_iterations() const;
  bool all_workers_done() const;

  const std::shared_ptr<const Job> job_;
  const NodeId self_;
  Context& context_;
  std::unique_ptr<Learner> learner_;
  Council council_;

  Membership membership_;
  std::size_t awaited_ = 0;  // nodes that are there from the start
  std::set<std::pair<std::uint32_t, Epoch>>
      closing_;  // chains whose heads were asked to close them
  ViewPtr view_;
  std::vector<Clock> clocks_;  // by worker
  // Expelled workers that want to take part: which shards have told how many pushes are in.
  struct Returning {
    Epoch asked;
    std::set<std::uint32_t> shards;
    std::uint64_t pushes = 0;  // the most that any has told
  };
  std::map<std::uint32_t, Returning> returning_;
  Checkpointer checkpointer_;
  std::uint64_t iterations_ = 0;  // of all workers
  std::uint64_t examples_ = 0;    // used by all workers
  bool finished_ = false;
  StopReason reason_ = StopReason::kIterations;
  int settling_ = 0;  // heartbeats to go until an audited run is over
  std::optional<TimerId> time_limit_, watch_;
  Time watch_at_;

  // One evaluation at a time: the servers answer out of band, within the same instant.
  double next_evaluation_ = 0;  // in mean iterations
  std::uint64_t snapshots_ = 0;
  std::set<std::uint32_t> snapshots_missing_;  // shards
  std::vector<std::vector<float>> model_;      // by table
  Evaluated evaluation_;
  std::optional<ComputeId> evaluating_;
};

}  // namespace psgrid
