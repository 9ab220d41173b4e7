// A parameter server node: holds shards, applies pushes, answers pulls through the gate.
//
// A worker's pushes take effect once each, in the order of their numbers, whatever the network does
// to them. A pull is answered when the consistency model's gate opens and the worker's own earlier
// pushes are in (it reads its own writes).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "model/gradient_sum.hpp"
#include "model/job.hpp"
#include "model/node.hpp"
#include "model/range_vector_clock.hpp"
#include "model/shard.hpp"

namespace psgrid {

class Server final : public Node {
 public:
  Server(std::shared_ptr<const Job> job, NodeId self, Context& context);

  void on_start() override;
  void on_message(NodeId from, const MessagePtr& message) override;
  void on_timer(TimerId timer) override;
  void on_compute_done(ComputeId work) override;

 private:
  // A request and who sent it when.
  struct Request {
    NodeId from;
    MessagePtr message;
    Time arrived;
    Time gate_opened{};  // of pulls
  };
  // Where a summed gradient was read, for its staleness.
  struct ReadMark {
    NodeId worker;
    std::uint64_t version = 0;
    Clock clock;
  };

  // What was last read of a table.
  struct LastRead {
    std::uint64_t version = ~std::uint64_t{0};
    KeySet keys;
    Values values;
  };

  void on_welcome(const Welcome& welcome);
  void on_push(Request request);
  void on_pull(Request request);
  void on_snapshot_request(NodeId from, const SnapshotRequest& request);

  void admit(Request push);
  void finish_push(const Request& request);
  void acknowledge(NodeId worker, RequestId push);
  void apply(NodeId worker, const Push& push);
  void add_to_sum(NodeId worker, const Push& push);
  bool advance_clocks(NodeId worker, const Push& push);
  void apply_finished_iterations();

  bool may_answer(const Request& request) const;
  void serve(Request request);
  void finish_pull(const Request& request);
  Values read(Namespace table, const KeySet& keys);
  void release_pulls(std::uint32_t worker);
  void release_all_pulls();
  void take_answerable(std::uint32_t worker, std::vector<Request>& released);

  // Hands the work on a request to the processor; finishes it at once if it costs nothing.
  void work_on(WorkKind kind, double flops, Request request);
  void finish(const Request& request);
  bool is_working_on(NodeId from, RequestId push) const;

  Clock slowest() const;
  // applied: iterations whose updates of all workers were in the values before this one's.
  void record_staleness(const ReadMark& read, Clock iteration, Clock applied);

  const std::shared_ptr<const Job> job_;
  const NodeId self_;
  Context& context_;

  ViewPtr view_;                // null until the manager's welcome
  std::vector<Request> early_;  // requests that came before it
  std::vector<Shard> shards_;             // by namespace
  std::vector<RangeVectorClock> clocks_;  // by namespace

  std::vector<std::uint64_t> pushes_admitted_;  // by worker: all pushes up to this number
  std::map<std::pair<std::uint32_t, RequestId>, Request> out_of_order_;  // pushes beyond a gap
  std::map<ComputeId, Request> working_;
  std::vector<std::vector<Request>> held_;  // pulls before the gate, by worker

  std::uint64_t version_ = 0;  // updates applied
  Clock summed_;               // iterations applied as a whole
  std::map<Clock, GradientSum> sums_;
  std::map<Clock, std::vector<ReadMark>> summed_reads_;
  std::vector<LastRead> last_reads_;  // by namespace
  MessagePtr last_ack_;
};

}  // namespace psgrid
