// A worker node: runs a worker program over the parameter-server client.
//
// The program is a coroutine that awaits a few verbs (see programs/mini_batch_sgd.cpp); slicing,
// retry, duplicates and the consistency gate stay below them.
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/batches.hpp"
#include "model/client.hpp"
#include "model/helper.hpp"
#include "model/job.hpp"
#include "model/learner.hpp"
#include "model/member.hpp"
#include "model/node.hpp"
#include "model/program.hpp"
#include "model/shared_batch.hpp"
#include "model/working_set.hpp"

namespace psgrid {

// The examples of one iteration and the rows that they touch: as many mini-batches as the worker
// steps through by itself, which is one unless the job says otherwise.
struct MiniBatch {
  Clock iteration;
  std::vector<std::uint32_t> rows;  // of the training data
  std::uint32_t examples = 0;       // rows.size(), or as declared where there are no data
  std::uint32_t steps = 1;
  std::vector<KeySet> keys;  // one a table

  // Where several workers do the same: the mini-batches of several of them.
  struct Part {
    Code::Part what;
    std::vector<std::uint32_t> rows;
    std::vector<KeySet> keys;
  };
  std::vector<Part> parts;

  std::uint32_t examples_of_step() const { return examples / steps; }
  std::span<const std::uint32_t> rows_of_step(std::uint32_t step) const {
    const std::size_t each = rows.size() / steps;
    return std::span(rows).subspan(step * each, each);
  }
};

class Worker final : public Node {
 public:
  using ProgramFactory = Program (*)(Worker&);

  Worker(std::shared_ptr<const Job> job, NodeId self, Context& context, ProgramFactory program);

  void on_start() override;
  void on_message(NodeId from, const MessagePtr& message) override;
  void on_timer(TimerId timer) override;
  void on_compute_done(ComputeId work) override;
  void on_leave() override { member_.leave(); }
  Memory memory() const override;
  void recall(const Memory& memory) override;

  // --- What programs use ---

  // Whether the job has this iteration (it may be stopped earlier).
  bool has(Clock iteration) const;

  // How many iterations ahead the consistency model wants pulls to be issued.
  std::uint32_t lookahead(Clock iteration) const { return job_->consistency->lookahead(iteration); }

  // Of next_batch(); not the first where this worker takes over from one that crashed.
  Clock next_iteration() const { return next_batch_; }

  MiniBatch next_batch();

  // The same of an iteration that is not before it.
  MiniBatch batch_of(Clock iteration);

  // Issues a pull without waiting for it.
  RequestId prefetch(const MiniBatch& batch);

  // The same, but the rows have to be newer than `weights` at every server.
  RequestId prefetch_newer(const MiniBatch& batch, const Weights& than);

  // The same, but every server has made the updates of all iterations before the batch's.
  RequestId prefetch_complete(const MiniBatch& batch);

  // A pull that nobody will wait for.
  void forget(RequestId pull) { client_->forget(pull); }
  bool is_here(RequestId pull) const { return client_->is_complete(pull); }

  struct PullVerb;
  struct ComputeVerb;
  struct ComputeUnlessVerb;
  struct ClockVerb;
  struct TurnVerb;
  struct PieceVerb;

  // co_await pull(request) -> Weights: waits for the rows, as long as the gate holds them.
  PullVerb pull(RequestId request);

  // co_await compute(batch, step, weights) -> Gradient: takes the scenario's compute time.
  ComputeVerb compute(const MiniBatch& batch, std::uint32_t step, const Weights& weights);

  // co_await compute_unless(pull, batch, weights) -> std::optional<Gradient>: the same of a batch
  // of one step, but it is given up when the answer of `pull` is here. step: of the pushes, where
  // an iteration has several.
  ComputeUnlessVerb compute_unless(RequestId pull, const MiniBatch& batch, const Weights& weights,
                                   std::uint32_t step = 0);

  // The weights one step of SGD further, by a gradient of the same keys, or some of them.
  void step_locally(Weights& weights, const Gradient& gradient) const;

  // Adds to the iteration's gradient; it leaves with clock().
  void push(Gradient gradient);

  // What was pushed leaves at once; more of the iteration will follow.
  void send(const MiniBatch& batch, const Weights& weights);

  // Tells the manager how many iterations are complete, as the weights that were read show, and
  // returns them. For models in which it is all workers' progress, not this one's.
  Clock note_complete(const Weights& weights);

  // co_await clock(): ends the iteration: sends what was pushed, and waits while too many
  // iterations are unacknowledged.
  ClockVerb clock(const MiniBatch& batch, const Weights& weights);

  // The iteration is done: the end of clock(), and by itself where the rest of it is given up.
  void end_iteration(const MiniBatch& batch, const Weights& weights);

  // co_await turn(): waits until it is this worker's turn among all. pass_turn(): the next one's.
  TurnVerb turn();
  void pass_turn();

  // Cuts a mini-batch into pieces, which others may compute from now on; the next one that is left,
  // if any; co_await compute_piece(piece, weights): it is computed, or another worker's gradient of
  // it has come; and their mean is pushed.
  void share(const MiniBatch& batch);
  std::optional<std::uint32_t> next_piece() const { return shared_->next(); }
  PieceVerb compute_piece(std::uint32_t piece, const Weights& weights);
  void push_pieces(const MiniBatch& batch);

  // Tells its partners that this worker has finished an iteration and could compute for them.
  void offer_help(Clock iteration);

  const Job& job() const { return *job_; }

 private:
  void report();
  void on_welcome(NodeId from, const Welcome& welcome);
  void begin_helper();
  void begin_anew();
  void take_rows(const Welcome& welcome);
  void on_stop();
  void on_acknowledged();
  void resume();
  bool is_window_full() const;
  void on_turn(NodeId from, const Turn& turn);
  void send_turn();
  void on_idle(NodeId from, const Idle& idle);
  void on_assist(NodeId from, const Assist& assist);
  void on_assisted(NodeId from, const Assisted& assisted);
  void lend_to(NodeId helper);
  void begin_piece(std::uint32_t piece, const Weights& weights);
  void take_parts(MiniBatch& batch);
  void begin_gradient(const MiniBatch& batch, std::uint32_t step, const Weights& weights);
  Gradient gradient_of(const MiniBatch& batch, std::uint32_t step, const Weights& weights);
  void end_gradient();
  void weigh_gradient();

  const std::shared_ptr<const Job> job_;
  const NodeId self_;
  Context& context_;
  const ProgramFactory factory_;
  Member member_;
  std::unique_ptr<Learner> learner_;
  std::optional<Client> client_;
  std::optional<BatchSampler> batches_;
  std::vector<BatchSampler> part_batches_;  // of the parts that it does, instead
  Clock parts_drawn_;                       // iterations before
  DataRange rows_;
  bool share_is_new_ = false;     // the learner has not heard of rows_
  std::vector<KeySet> all_keys_;  // what a batch touches where there are no data
  Program program_;
  bool stopped_ = false;
  Clock admitted_;  // where it began, unless with all others
  Clock recalled_;  // iterations that were done and acknowledged before a restart
  Clock next_batch_;
  Clock reported_;
  std::optional<TimerId> report_timer_;
  std::uint32_t examples_ = 0;  // of a batch

  // What the program waits for: at most one of these.
  std::optional<RequestId> awaited_pull_;
  std::optional<ComputeId> awaited_work_;
  bool awaits_acknowledgements_ = false;
  bool awaits_turn_ = false;
  std::optional<RequestId> awaited_instead_;  // of the work
  bool has_turn_ = false;
  std::uint64_t turn_ = 0;               // the number of its last
  std::optional<std::uint64_t> passed_;  // that of the next one, who has not answered yet
  std::optional<TimerId> turn_timer_;
  std::optional<std::uint32_t> awaited_piece_;  // of the work
  std::uint64_t works_ = 0;                     // gradients begun
  Time waiting_since_;

  std::optional<SharedBatch> shared_;  // in work
  std::vector<Section> piece_weights_;
  struct Offer {
    NodeId from;
    Clock iteration;
  };
  std::vector<Offer> offers_;  // for a batch that is not cut yet
  std::optional<Helper> helper_;

  std::optional<Weights> pulled_;
  Gradient computed_;
  std::vector<Section> gradient_;  // pushed since the last clock()
  IterationDone iteration_;        // in progress
  WorkingSet touched_;
};

struct Worker::PullVerb {
  Worker& worker;
  RequestId request;
  bool await_ready();
  void await_suspend(std::coroutine_handle<>);
  Weights await_resume();
};

struct Worker::ComputeVerb {
  Worker& worker;
  const MiniBatch& batch;
  std::uint32_t step;
  const Weights& weights;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<>);
  Gradient await_resume();
};

struct Worker::ComputeUnlessVerb {
  Worker& worker;
  RequestId pull;
  const MiniBatch& batch;
  const Weights& weights;
  std::uint32_t step = 0;
  bool gives_up = false;
  bool await_ready() { return gives_up = worker.is_here(pull); }
  void await_suspend(std::coroutine_handle<>);
  std::optional<Gradient> await_resume();
};

struct Worker::PieceVerb {
  Worker& worker;
  std::uint32_t piece;
  const Weights& weights;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<>) { worker.begin_piece(piece, weights); }
  void await_resume();
};

struct Worker::TurnVerb {
  Worker& worker;
  bool await_ready() const { return worker.has_turn_; }
  void await_suspend(std::coroutine_handle<>);
  void await_resume();
};

struct Worker::ClockVerb {
  Worker& worker;
  const MiniBatch& batch;
  const Weights& weights;
  bool await_ready();
  void await_suspend(std::coroutine_handle<>);
  void await_resume();
};

}  // namespace psgrid
