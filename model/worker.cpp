#include "model/worker.hpp"

#include <algorithm>
#include <utility>

#include "model/check.hpp"
#include "model/planted.hpp"
#include "model/section_rows.hpp"

namespace psgrid {

Worker::Worker(std::shared_ptr<const Job> job, NodeId self, Context& context,
               ProgramFactory program)
    : job_(std::move(job)),
      self_(self),
      context_(context),
      factory_(program),
      member_(job_, context),
      learner_(job_->make_learner()),
      client_(std::in_place, job_, self, context),
      has_turn_(self.rank == 0) {
  begin_helper();
}

void Worker::begin_helper() {
  if (job_->spec.job.work_stealing) helper_.emplace(job_, context_, *client_);
}

void Worker::on_start() { member_.join(); }

Memory Worker::memory() const {
  return {member_.memory_since(), {make_message(Progress{std::max(recalled_, reported_), 0})}};
}

void Worker::recall(const Memory& memory) {
  member_.recall(memory.since);
  recalled_ = std::get<Progress>(*memory.what.front()).clock;
}

void Worker::on_message(NodeId from, const MessagePtr& message) {
  if (stopped_) {
    // A manager that took over does not know that this worker is done.
    if (std::holds_alternative<Welcome>(*message) && reported_ > Clock{})
      context_.send(from, make_message(Progress{reported_, examples_}));
    return;
  }
  if (std::holds_alternative<Stop>(*message)) {
    // Before its welcome, it may be for the one of the same rank that was here before.
    const bool is_for_this = client_->started() || context_.begins_with_cluster();
    return is_for_this ? on_stop() : void();
  }
  if (const auto* welcome = std::get_if<Welcome>(message.get())) return on_welcome(from, *welcome);
  if (std::holds_alternative<HeartbeatAck>(*message)) return member_.hear(from);
  if (const auto* turn = std::get_if<Turn>(message.get())) return on_turn(from, *turn);
  if (!client_->started()) return;
  if (const auto* idle = std::get_if<Idle>(message.get())) return on_idle(from, *idle);
  if (const auto* assist = std::get_if<Assist>(message.get())) return on_assist(from, *assist);
  if (const auto* done = std::get_if<Assisted>(message.get())) return on_assisted(from, *done);
  if (const auto* reply = std::get_if<PullReply>(message.get())) {
    client_->on_pull_reply(*reply);
    if (helper_) helper_->on_pull_reply();
    if (awaited_work_ && awaited_instead_ && client_->is_complete(*awaited_instead_)) {
      context_.cancel_compute(*awaited_work_);
      end_gradient();
      awaited_instead_.reset();
      return resume();
    }
    if (!awaited_pull_) return;
    pulled_ = client_->take(*awaited_pull_);
    if (!pulled_) return;
    awaited_pull_.reset();
    if (helper_) helper_->stop();
    resume();
  } else if (const auto* rows = std::get_if<Rows>(message.get())) {
    client_->on_rows(*rows);
  } else if (const auto* ack = std::get_if<PushAck>(message.get())) {
    client_->on_push_ack(*ack);
    on_acknowledged();
    if (!awaits_acknowledgements_ || is_window_full()) return;
    awaits_acknowledgements_ = false;
    resume();
  } else if (const auto* incomplete = std::get_if<Incomplete>(message.get())) {
    client_->on_incomplete(*incomplete);
  }
}

// Tells the manager where this worker stands; repeated, as any report may be lost.
void Worker::report() {
  if (reported_ > Clock{})
    context_.send(member_.manager(), make_message(Progress{reported_, examples_}));
  const Duration timeout = job_->spec.client.retry.timeout;
  if (timeout.seconds > 0) report_timer_ = context_.set_timer(timeout);
}

void Worker::on_stop() {
  stopped_ = true;  // the program stays as it is: its frame may be in use by a computation
  if (report_timer_) context_.cancel_timer(*report_timer_);
  if (turn_timer_) context_.cancel_timer(*turn_timer_);
  member_.stop();
}

void Worker::on_welcome(NodeId from, const Welcome& welcome) {
  const bool leader_is_new = client_->started() && from != member_.manager();
  const bool view_is_new = member_.install(welcome.view, from);
  if (leader_is_new && reported_ > Clock{})  // it does not know how far this worker is
    context_.send(from, make_message(Progress{reported_, examples_}));
  if (!view_is_new) return;
  const Clock admitted = member_.admitted_from(self_.rank);
  if (client_->started() && admitted == admitted_) {
    take_rows(welcome);
    return client_->install(welcome.view);
  }
  if (client_->started()) begin_anew();
  admitted_ = admitted;
  PSGRID_CHECK(welcome.view->description().tables.size() == job_->tables.size(),
               "the tables of this job");
  const Clock done = std::max(welcome.clock, recalled_);
  client_->start(welcome.view, done);
  next_batch_ = reported_ = done;
  works_ = std::uint64_t{done.value} * job_->spec.job.local_steps;
  if (job_->train.rows > 0) {
    take_rows(welcome);
    for (std::uint64_t each = 0; each < works_; ++each) batches_->next();
  } else {
    for (const Table& table : job_->tables) all_keys_.push_back(welcome.view->ring(table.id).all());
  }
  report();
  program_ = factory_(*this);
  iteration_.start = context_.now();
  resume();
}

// It was taken for gone, and is to go on like one that has been started anew: nothing that it had
// under way counts. A turn that it has stays its own.
void Worker::begin_anew() {
  if (job_->spec.audited) context_.record(Situation{kAdmittedAgain});
  if (awaited_work_) context_.cancel_compute(*awaited_work_);
  if (report_timer_) context_.cancel_timer(*report_timer_);
  program_ = {};
  if (helper_) helper_->stop();
  helper_.reset();
  client_.emplace(job_, self_, context_, client_->stop());
  learner_ = job_->make_learner();
  begin_helper();
  batches_.reset();
  awaited_pull_.reset();
  awaited_work_.reset();
  awaited_instead_.reset();
  awaited_piece_.reset();
  awaits_acknowledgements_ = awaits_turn_ = false;
  shared_.reset();
  offers_.clear();
  pulled_.reset();
  computed_ = {};
  gradient_.clear();
  all_keys_.clear();
  iteration_ = {};
}

// Its share of the training data changes as workers come and go.
void Worker::take_rows(const Welcome& welcome) {
  if (job_->train.rows == 0) return;
  PSGRID_CHECK(std::uint64_t{welcome.first_row} + welcome.rows <= job_->train.rows,
               "a share of the training data");
  const DataRange rows{welcome.first_row, welcome.first_row + welcome.rows};
  if (batches_ && rows == rows_) return;
  rows_ = rows;
  share_is_new_ = true;
  batches_.emplace(rows_, job_->batch_of(self_), context_.random(Purpose::kBatches));
}

void Worker::on_timer(TimerId timer) {
  if (stopped_) return;
  if (timer == report_timer_) return report();
  if (timer == turn_timer_) {
    turn_timer_.reset();
    return send_turn();
  }
  if (member_.on_timer(timer)) return;
  const bool known = client_->on_timer(timer);
  PSGRID_CHECK(known, "a timer that this worker has set");
}

void Worker::on_compute_done(ComputeId work) {
  if (helper_ && helper_->on_compute_done(work)) return;
  if (awaited_work_ != work) return;  // given up while it paused
  end_gradient();
  resume();
}

void Worker::resume() {
  if (!stopped_ && program_.is_running()) program_.resume();
}

void Worker::on_acknowledged() {
  if (job_->code) return;  // see note_complete
  for (; reported_ < client_->acknowledged(); reported_ = reported_.next())
    context_.send(member_.manager(), make_message(Progress{reported_.next(), examples_}));
}

bool Worker::is_window_full() const {
  return client_->ticked().value - client_->acknowledged().value >
         job_->spec.client.outstanding_pushes;
}

// --- verbs ------------------------------------------------------------------------------------

bool Worker::has(Clock iteration) const {
  const auto& limit = job_->spec.job.stop.iterations;
  // Where some gradients are enough, the others may do any number of iterations meanwhile.
  const bool of_each = !job_->consistency->quorum() || job_->code;
  return !limit || !of_each || iteration.value < *limit;
}

MiniBatch Worker::next_batch() {
  const std::uint32_t steps = job_->spec.job.local_steps;
  MiniBatch batch{.iteration = next_batch_,
                  .rows = {},
                  .examples = job_->batch_of(self_) * steps,
                  .steps = steps,
                  .keys = all_keys_};
  next_batch_ = next_batch_.next();
  if (std::exchange(share_is_new_, false))  // not earlier: it may be computing a gradient
    learner_->take_share(job_->train, {self_, batch.iteration, rows_.begin, rows_.size()});
  if (job_->code) {
    take_parts(batch);
  } else if (batches_) {
    for (std::uint32_t step = 0; step < steps; ++step) {
      const std::span<const std::uint32_t> rows = batches_->next();
      batch.rows.insert(batch.rows.end(), rows.begin(), rows.end());
    }
    batch.examples = static_cast<std::uint32_t>(batch.rows.size());
    batch.keys = learner_->keys(job_->train, batch.rows);
  } else if (auto rows = learner_->made_up_rows(self_.rank, batch.iteration); !rows.empty()) {
    batch.keys = learner_->keys(job_->train, rows);
    for (std::uint32_t step = 0; step < steps; ++step)
      batch.rows.insert(batch.rows.end(), rows.begin(), rows.end());
  }
  examples_ = batch.examples;
  touched_.add(batch.keys);
  return batch;
}

MiniBatch Worker::batch_of(Clock iteration) {
  PSGRID_CHECK(iteration >= next_batch_, "an iteration that has not been begun");
  next_batch_ = iteration;
  return next_batch();
}

// Those that the workers whose parts they are would have by themselves.
void Worker::take_parts(MiniBatch& batch) {
  const std::vector<Code::Part> parts = job_->code->parts_of(self_.rank);
  for (std::size_t i = part_batches_.size(); batches_ && i < parts.size(); ++i) {
    const NodeId whose = worker_id(parts[i].number);
    part_batches_.emplace_back(data_range(job_->train.rows, whose.rank, job_->spec.cluster.workers),
                               job_->spec.job.batch,
                               RandomStream(job_->spec.seed, whose, Purpose::kBatches));
  }
  for (; parts_drawn_ < batch.iteration; parts_drawn_ = parts_drawn_.next())
    for (BatchSampler& sampler : part_batches_) sampler.next();  // it has left these out
  parts_drawn_ = batch.iteration.next();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    MiniBatch::Part part{parts[i], {}, all_keys_};
    if (batches_) {
      const std::span<const std::uint32_t> rows = part_batches_[i].next();
      part.rows.assign(rows.begin(), rows.end());
      batch.examples = static_cast<std::uint32_t>(rows.size());
    } else {
      part.rows = learner_->made_up_rows(part.what.number, batch.iteration);
    }
    if (!part.rows.empty()) part.keys = learner_->keys(job_->train, part.rows);
    if (i == 0) batch.keys = part.keys;
    for (std::size_t table = 0; table < batch.keys.size(); ++table)
      batch.keys[table] = united(batch.keys[table], part.keys[table]);
    batch.parts.push_back(std::move(part));
  }
}

RequestId Worker::prefetch(const MiniBatch& batch) {
  return client_->pull(batch.iteration, batch.keys);
}

RequestId Worker::prefetch_newer(const MiniBatch& batch, const Weights& than) {
  return client_->pull_newer(batch.iteration, batch.keys, than);
}

RequestId Worker::prefetch_complete(const MiniBatch& batch) {
  return client_->pull_from(batch.iteration, batch.keys);
}

Clock Worker::note_complete(const Weights& weights) {
  const Clock complete{static_cast<std::uint32_t>(weights.least_version())};
  if (complete > reported_) {
    reported_ = complete;
    context_.send(member_.manager(), make_message(Progress{reported_, examples_}));
  }
  return complete;
}

void Worker::send(const MiniBatch& batch, const Weights& weights) {
  client_->push(batch.iteration, std::exchange(gradient_, {}), weights, false);
}

void Worker::push(Gradient gradient) {
  for (Section& section : gradient.sections) {
    const auto before = std::find_if(gradient_.begin(), gradient_.end(), [&](const Section& own) {
      return own.table == section.table && own.keys.same_as(section.keys);
    });
    if (before == gradient_.end()) {
      gradient_.push_back(std::move(section));
      continue;
    }
    before->values = added(before->values, section.values);
  }
}

Worker::PullVerb Worker::pull(RequestId request) { return {*this, request}; }

Worker::ComputeVerb Worker::compute(const MiniBatch& batch, std::uint32_t step,
                                    const Weights& weights) {
  return {*this, batch, step, weights};
}

Worker::ComputeUnlessVerb Worker::compute_unless(RequestId pull, const MiniBatch& batch,
                                                 const Weights& weights, std::uint32_t step) {
  return {*this, pull, batch, weights, step};
}

Worker::TurnVerb Worker::turn() { return {*this}; }

void Worker::step_locally(Weights& weights, const Gradient& gradient) const {
  const auto rate = static_cast<float>(job_->spec.job.optimizer.learning_rate);
  for (const Section& derivative : gradient.sections) {
    Section& section = weights.sections[derivative.table.value];
    if (section.values.is_phantom()) continue;
    std::vector<float> values(section.values.data().begin(), section.values.data().end());
    add_scaled_rows(values, section.keys, derivative, -rate);
    section.values = Values(std::move(values));
  }
}

// So that the mean over workers is one over examples. What a rule adds up is in proportion already.
void Worker::weigh_gradient() {
  const float weight = job_->batch_weight(self_);
  if (weight == 1 || job_->rule->sums()) return;
  gradient_ = scaled(std::move(gradient_), weight);
}

Worker::ClockVerb Worker::clock(const MiniBatch& batch, const Weights& weights) {
  return {*this, batch, weights};
}

bool Worker::PullVerb::await_ready() {
  worker.waiting_since_ = worker.context_.now();
  worker.pulled_ = worker.client_->take(request);
  return worker.pulled_.has_value();
}

void Worker::PullVerb::await_suspend(std::coroutine_handle<>) { worker.awaited_pull_ = request; }

Weights Worker::PullVerb::await_resume() {
  Weights weights = std::move(*worker.pulled_);
  worker.pulled_.reset();
  // A pull issued ahead may have been held while the worker computed: only blocked time counts.
  const Duration blocked = worker.context_.now() - worker.waiting_since_;
  const Duration held = std::min(weights.held, blocked);
  worker.iteration_.wait = worker.iteration_.wait + held;
  worker.iteration_.pull = worker.iteration_.pull + Duration{blocked.seconds - held.seconds};
  return weights;
}

// The batch and the weights live in the program's frame, which outlives the computation.
void Worker::begin_gradient(const MiniBatch& batch, std::uint32_t step, const Weights& weights) {
  waiting_since_ = context_.now();
  const auto redundancy = job_->consistency->redundancy();
  const double work = redundancy ? redundancy->work : 1;
  awaited_work_ = context_.compute({.kind = WorkKind::kGradient,
                                    .flops = work * job_->gradient_flops(batch.examples_of_step()),
                                    .index = redundancy ? batch.iteration.value : works_++,
                                    .mathematics = [this, step, &batch, &weights] {
                                      computed_ = gradient_of(batch, step, weights);
                                    }});
}

Gradient Worker::gradient_of(const MiniBatch& batch, std::uint32_t step, const Weights& weights) {
  if (batch.parts.empty())
    return learner_->gradient(job_->train, batch.rows_of_step(step), weights.sections);
  const auto of_part = [&](const MiniBatch::Part& part) {
    std::vector<Section> sections;
    for (std::size_t table = 0; table < part.keys.size(); ++table)
      sections.push_back(rows_of(weights.sections[table], part.keys[table]));
    return learner_->gradient(job_->train, part.rows, sections);
  };
  const bool one_by_one = job_->consistency->redundancy()->pushes > 1;
  if (one_by_one || batch.parts.size() == 1) return of_part(batch.parts[step]);
  Gradient sum;
  std::vector<std::vector<float>> values(batch.keys.size());
  for (const MiniBatch::Part& part : batch.parts) {
    Gradient gradient = of_part(part);
    if (job_->timing_only) return gradient;
    for (const Section& section : gradient.sections)
      add_scaled_rows(values[section.table.value], batch.keys[section.table.value], section,
                      part.what.coefficient);
  }
  for (std::size_t table = 0; table < values.size(); ++table)
    if (!values[table].empty())
      sum.sections.push_back(
          {job_->tables[table].id, batch.keys[table], Values(std::move(values[table]))});
  return sum;
}

void Worker::end_gradient() {
  awaited_work_.reset();
  iteration_.compute = iteration_.compute + (context_.now() - waiting_since_);
}

void Worker::ComputeVerb::await_suspend(std::coroutine_handle<>) {
  worker.begin_gradient(batch, step, weights);
}

Gradient Worker::ComputeVerb::await_resume() { return std::move(worker.computed_); }

void Worker::ComputeUnlessVerb::await_suspend(std::coroutine_handle<>) {
  worker.awaited_instead_ = pull;
  worker.begin_gradient(batch, step, weights);
}

std::optional<Gradient> Worker::ComputeUnlessVerb::await_resume() {
  if (gives_up || !worker.awaited_instead_) return {};
  worker.awaited_instead_.reset();
  return std::move(worker.computed_);
}

void Worker::TurnVerb::await_suspend(std::coroutine_handle<>) {
  worker.waiting_since_ = worker.context_.now();
  worker.awaits_turn_ = true;
}

void Worker::TurnVerb::await_resume() {
  if (worker.awaits_turn_)
    worker.iteration_.wait =
        worker.iteration_.wait + (worker.context_.now() - worker.waiting_since_);
  worker.awaits_turn_ = false;
}

void Worker::pass_turn() {
  if (job_->spec.cluster.workers == 1) return;
  has_turn_ = false;
  passed_ = turn_ + 1 + (planted(Mistake::kTurnSkipped) && turn_ % 8 == 0);
  send_turn();
}

// Again until the next one answers, where messages may be lost.
void Worker::send_turn() {
  const auto next = static_cast<std::uint32_t>(*passed_ % job_->spec.cluster.workers);
  context_.send(worker_id(next), make_message(Turn{*passed_}));
  const Duration timeout = job_->spec.client.retry.timeout;
  if (turn_timer_) context_.cancel_timer(*turn_timer_);
  if (timeout.seconds > 0) turn_timer_ = context_.set_timer(timeout);
}

void Worker::on_turn(NodeId from, const Turn& turn) {
  if (from.role != Role::kWorker) return;
  if (turn.is_heard) {
    if (turn.number != passed_) return;
    passed_.reset();
    if (turn_timer_) context_.cancel_timer(*std::exchange(turn_timer_, {}));
    return;
  }
  if (turn.number % job_->spec.cluster.workers != self_.rank) return;
  if (job_->spec.client.retry.timeout.seconds > 0)
    context_.send(from, make_message(Turn{turn.number, true}));
  const bool is_copy = turn.number <= turn_;
  if (is_copy && !planted(Mistake::kTurnTakenTwice)) return;
  turn_ = turn.number;
  has_turn_ = true;
  if (awaits_turn_) return resume();
  if (client_->started() && !program_.is_running()) pass_turn();  // it is done
}

// --- work stealing ------------------------------------------------------------------------------

void Worker::share(const MiniBatch& batch) {
  const std::uint32_t count = std::min(job_->spec.job.work_stealing->pieces, batch.examples);
  std::vector<SharedBatch::Piece> pieces(count);
  const auto begin_of = [&](std::uint64_t piece) {
    return static_cast<std::uint32_t>(piece * batch.examples / count);
  };
  for (std::uint32_t number = 0; number < count; ++number) {
    SharedBatch::Piece& piece = pieces[number];
    piece.examples = begin_of(number + 1) - begin_of(number);
    piece.keys = batch.keys;
    if (batch.rows.empty()) continue;
    const auto first = batch.rows.begin() + begin_of(number);
    piece.rows.assign(first, first + piece.examples);
    piece.keys = learner_->keys(job_->train, piece.rows);
  }
  shared_.emplace(batch.iteration, std::move(pieces));
  for (const Offer& offer : std::exchange(offers_, {}))
    if (offer.iteration >= batch.iteration) lend_to(offer.from);
}

void Worker::lend_to(NodeId helper) {
  const auto number = shared_->lend();
  if (!number) return;
  const SharedBatch::Piece& piece = shared_->piece(*number);
  context_.send(helper, make_message(Assist{shared_->iteration(), *number, piece.examples,
                                            shared_->examples(), piece.rows}));
}

void Worker::on_idle(NodeId from, const Idle& idle) {
  if (shared_ && shared_->iteration() <= idle.iteration)
    lend_to(from);
  else if (!shared_ && idle.iteration.next() >= next_batch_)  // it has the batch, and no weights
    offers_.push_back({from, idle.iteration});
}

// Whoever has work of its own lets it be: the other one will do it then.
void Worker::on_assist(NodeId from, const Assist& assist) {
  if (!helper_ || (!awaited_pull_ && program_.is_running())) return;
  PSGRID_CHECK(0 < assist.examples && assist.examples <= assist.of, "a piece of a mini-batch");
  PSGRID_CHECK(job_->train.rows == 0 ||
                   std::ranges::all_of(assist.rows,
                                       [&](std::uint32_t row) { return row < job_->train.rows; }),
               "rows of the training data");
  helper_->help(from, assist, all_keys_);
}

void Worker::on_assisted(NodeId from, const Assisted& assisted) {
  if (!shared_ || shared_->iteration() != assisted.iteration) return;
  if (!shared_->take(assisted.piece, {assisted.sections.begin(), assisted.sections.end()})) return;
  lend_to(from);
  if (awaited_piece_ != assisted.piece) return;
  context_.cancel_compute(*awaited_work_);
  end_gradient();
  awaited_piece_.reset();
  resume();
}

Worker::PieceVerb Worker::compute_piece(std::uint32_t piece, const Weights& weights) {
  return {*this, piece, weights};
}

void Worker::begin_piece(std::uint32_t number, const Weights& weights) {
  const SharedBatch::Piece& piece = shared_->piece(number);
  shared_->begin(number);
  awaited_piece_ = number;
  piece_weights_.clear();
  for (std::size_t table = 0; table < piece.keys.size(); ++table)
    piece_weights_.push_back(rows_of(weights.sections[table], piece.keys[table]));
  waiting_since_ = context_.now();
  awaited_work_ = context_.compute(
      {.kind = WorkKind::kGradient,
       .flops = job_->piece_flops(piece.examples, shared_->examples()),
       .index = shared_->iteration().value,  // a straggler is one for the whole iteration
       .mathematics = [this, &piece] {
         computed_ = learner_->gradient(job_->train, piece.rows, piece_weights_);
       }});
}

void Worker::PieceVerb::await_resume() {
  if (!worker.awaited_piece_) return;
  worker.awaited_piece_.reset();
  worker.shared_->take(piece, std::move(worker.computed_.sections));
}

void Worker::push_pieces(const MiniBatch& batch) {
  push({.sections = shared_->mean(batch.keys)});
  shared_.reset();
}

void Worker::offer_help(Clock iteration) {
  const std::uint32_t workers = job_->spec.cluster.workers;
  for (std::uint32_t i = 1; i <= job_->spec.job.work_stealing->partners; ++i)
    context_.send(worker_id((self_.rank + i) % workers), make_message(Idle{iteration}));
}

bool Worker::ClockVerb::await_ready() {
  worker.weigh_gradient();
  worker.client_->push(batch.iteration, std::exchange(worker.gradient_, {}), weights, true);
  worker.waiting_since_ = worker.context_.now();
  return !worker.is_window_full();
}

void Worker::ClockVerb::await_suspend(std::coroutine_handle<>) {
  worker.awaits_acknowledgements_ = true;
}

void Worker::ClockVerb::await_resume() {
  IterationDone& done = worker.iteration_;
  done.push = done.push + (worker.context_.now() - worker.waiting_since_);
  worker.end_iteration(batch, weights);
}

void Worker::end_iteration(const MiniBatch& batch, const Weights& weights) {
  iteration_.end = context_.now();
  iteration_.iteration = batch.iteration;
  iteration_.examples = batch.examples;
  iteration_.keys_touched = touched_.size();
  const auto quorum = job_->consistency->quorum();
  const bool is_fresh = (quorum && quorum->fresh) || batch.iteration <= weights.slowest;
  iteration_.staleness = is_fresh ? 0 : batch.iteration.value - weights.slowest.value;
  context_.record(iteration_);
  iteration_ = {};
  iteration_.start = context_.now();
}

}  // namespace psgrid
