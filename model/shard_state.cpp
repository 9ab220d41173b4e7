#include "model/shard_state.hpp"

#include <algorithm>

#include <xxhash.h>

#include "model/check.hpp"
#include "model/planted.hpp"
#include "model/wire_sections.hpp"

namespace psgrid {

namespace {

void put_read_mark(WireWriter& out, const IterationSums::ReadMark& read) {
  out.varint(read.worker);
  out.varint(read.clock.value);
  out.varint(read.version);
}

IterationSums::ReadMark get_read_mark(WireReader& in) {
  const std::uint32_t worker = in.u32();
  const Clock clock{in.u32()};
  return {worker, clock, in.varint()};
}

}  // namespace

// --- iterations in progress ---------------------------------------------------------------------

void IterationSums::add(std::uint32_t worker, const Push& push, std::span<const Shard> shards) {
  const auto [place, is_new] = iterations_.try_emplace(push.iteration);
  Iteration& iteration = place->second;
  if (is_new && !job_->timing_only) {
    iteration.sum.emplace(shards);
    for (const auto& [absent, until] : absent_until_)
      if (push.iteration < until) iteration.sum->skip(absent);
  }
  if (iteration.sum && iteration.sum->is_closed(worker)) {  // it went on without this one
    if (lists_parts_ && !push.ticks.empty()) iteration.parts.push_back({worker, push.request});
    return;
  }
  if (!push.sections.empty()) {
    if (iteration.reads.empty()) iteration.reads.reserve(workers_);
    iteration.reads.push_back({worker, push.read_clock, push.read_version});
  }
  if (iteration.sum) iteration.sum->add(worker, push.sections);
  if (lists_parts_ && job_->timing_only && iteration.phantom.empty())
    iteration.phantom = push.sections;
  if (push.ticks.empty()) return;
  if (iteration.sum) iteration.sum->close(worker);
  ++iteration.complete;
  if (lists_parts_) iteration.parts.push_back({worker, push.request});
}

void IterationSums::expel(std::uint32_t worker) {
  absent_until_[worker] = kNeverSlowest;
  for (auto& [clock, iteration] : iterations_)
    if (iteration.sum) iteration.sum->skip(worker);
}

void IterationSums::admit(std::uint32_t worker, Clock from) {
  absent_until_[worker] = from;
  for (auto& [clock, iteration] : iterations_)
    if (iteration.sum && clock < from) iteration.sum->skip(worker);
}

bool IterationSums::is_expelled(std::uint32_t worker) const {
  const auto absent = absent_until_.find(worker);
  return absent != absent_until_.end() && absent->second == kNeverSlowest;
}

std::uint32_t IterationSums::expelled() const {
  return static_cast<std::uint32_t>(std::ranges::count(
      absent_until_, kNeverSlowest, &decltype(absent_until_)::value_type::second));
}

bool IterationSums::awaits(std::uint32_t worker, Clock iteration) const {
  const auto absent = absent_until_.find(worker);
  return absent == absent_until_.end() || absent->second <= iteration;
}

bool IterationSums::is_complete(Clock iteration) const {
  const auto place = iterations_.find(iteration);
  if (place == iterations_.end()) return false;
  const Iteration& found = place->second;
  std::uint32_t awaited = workers_ - (planted(Mistake::kSumWithoutTheLast) ? 1 : 0);
  if (absent_until_.empty()) return found.complete >= awaited;
  for (const auto& [worker, until] : absent_until_) awaited -= iteration < until;
  const auto done =
      std::count_if(found.parts.begin(), found.parts.end(),
                    [&](const Aggregate::Part& part) { return awaits(part.worker, iteration); });
  return found.complete > 0 && static_cast<std::uint32_t>(done) >= awaited;
}

bool IterationSums::is_left_out(Clock iteration) const {
  bool later = false;
  for (const auto& [worker, until] : absent_until_) {
    if (until <= iteration) return false;
    later |= until < kNeverSlowest;
  }
  return later && absent_until_.size() == workers_;
}

IterationSums::Finished IterationSums::take(Clock clock) {
  auto taken = iterations_.extract(clock);
  if (taken.empty()) return {};
  Iteration& iteration = taken.mapped();
  Finished finished{.gradients = iteration.complete,
                    .mean = {},
                    .reads = std::move(iteration.reads),
                    .parts = std::move(iteration.parts)};
  finished.mean.assign(iteration.phantom.begin(), iteration.phantom.end());
  if (iteration.sum)
    finished.mean =
        std::move(*iteration.sum)
            .take_scaled(workers_,
                         job_->rule->sums() ? 1 : 1.0f / static_cast<float>(finished.gradients));
  return finished;
}

void IterationSums::put(WireWriter& out) const {
  out.varint(absent_until_.size());
  for (const auto& [worker, until] : absent_until_) {
    out.varint(worker);
    out.varint(until.value);
  }
  out.varint(iterations_.size());
  for (const auto& [clock, iteration] : iterations_) {
    out.varint(clock.value);
    out.varint(iteration.reads.size());
    for (const ReadMark& read : iteration.reads) put_read_mark(out, read);
    out.varint(iteration.complete);
    if (iteration.sum) iteration.sum->put(out);
  }
}

void IterationSums::get(WireReader& in, std::span<const Shard> shards) {
  absent_until_.clear();
  const std::uint64_t absent = in.count(2);
  for (std::uint64_t i = 0; i < absent && in.ok(); ++i) {
    const std::uint32_t worker = in.u32();
    absent_until_[worker] = {in.u32()};
  }
  iterations_.clear();
  const std::uint64_t count = in.count(3);
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    Iteration& iteration = iterations_[{in.u32()}];
    iteration.reads.resize(in.count(3));
    for (ReadMark& read : iteration.reads) read = get_read_mark(in);
    iteration.complete = in.u32();
    if (!job_->timing_only) iteration.sum.emplace(shards).get(in);
  }
}

// --- the first gradients of some workers --------------------------------------------------------

bool QuorumSum::holds(std::uint32_t worker) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [&](const Part& part) { return part.read.worker == worker; });
}

bool QuorumSum::holds_piece(std::uint32_t piece) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [&](const Part& part) { return part.piece == piece; });
}

void QuorumSum::add(Part part) { parts_.push_back(std::move(part)); }

QuorumSum::Finished QuorumSum::take(std::span<const Shard> shards) {
  Finished finished{.mean = {}, .parts = std::exchange(parts_, {})};
  if (job_->timing_only) return finished;
  std::stable_sort(finished.parts.begin(), finished.parts.end(),
                   [](const Part& a, const Part& b) { return a.piece < b.piece; });
  if (job_->code) {
    finished.mean = decoded(finished.parts, shards);
    return finished;
  }
  GradientSum sum(shards);
  const auto count = static_cast<std::uint32_t>(finished.parts.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    sum.add(i, finished.parts[i].sections);
    sum.close(i);
  }
  finished.mean = std::move(sum).take_scaled(count, 1.0f / static_cast<float>(count));
  return finished;
}

namespace {

Section scaled(const Section& section, double factor) {
  std::vector<float> values;
  values.reserve(section.values.size());
  for (float value : section.values.data()) values.push_back(static_cast<float>(factor * value));
  return {section.table, section.keys, Values(std::move(values))};
}

// Each value of a row of every part becomes as many as there are rows of factors.
Section expanded(const std::vector<QuorumSum::Part>& parts, std::size_t which,
                 const std::vector<double>& factors) {
  const Section& first = parts.front().sections[which];
  const std::size_t rows = first.values.size(), expansion = factors.size() / parts.size();
  std::vector<double> sums(rows * expansion);
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const std::span<const float> values = parts[part].sections[which].values.data();
    PSGRID_CHECK(values.size() == rows, "equal parts");
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t i = 0; i < expansion; ++i)
        sums[row * expansion + i] += factors[i * parts.size() + part] * values[row];
  }
  return {first.table, first.keys, Values(std::vector<float>(sums.begin(), sums.end()))};
}

}  // namespace

std::vector<Section> QuorumSum::decoded(const std::vector<Part>& parts,
                                        std::span<const Shard> shards) const {
  std::vector<std::uint32_t> pieces;
  for (const Part& part : parts) pieces.push_back(part.piece);
  const std::vector<double> factors = job_->code->decoding(pieces);
  std::vector<Section> sections;
  if (job_->code->expansion() > 1) {
    for (std::size_t which = 0; which < parts.front().sections.size(); ++which)
      sections.push_back(expanded(parts, which, factors));
    return sections;
  }
  GradientSum sum(shards);
  const auto count = static_cast<std::uint32_t>(parts.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    if (factors[i] != 0 && factors[i] != 1) {
      Sections weighted;
      for (const Section& section : parts[i].sections)
        weighted.push_back(scaled(section, factors[i]));
      sum.add(i, weighted);
    } else if (factors[i] != 0) {
      sum.add(i, parts[i].sections);
    }
    sum.close(i);
  }
  return std::move(sum).take_scaled(count, job_->code->scale());
}

void QuorumSum::put(WireWriter& out) const {
  out.varint(parts_.size());
  for (const Part& part : parts_) {
    put_read_mark(out, part.read);
    out.varint(part.iteration.value);
    out.varint(part.piece);
    psgrid::put(out, part.sections);
  }
}

void QuorumSum::get(WireReader& in) {
  parts_.resize(in.count(6));
  for (Part& part : parts_) {
    part.read = get_read_mark(in);
    part.iteration = {in.u32()};
    part.piece = in.u32();
    for (Section& section : get_sections(in)) part.sections.push_back(std::move(section));
  }
}

// --- the state ----------------------------------------------------------------------------------

ShardState::ShardState(const Job& job, const View& view, std::uint32_t shard)
    : job_(&job),
      notes_(job.spec.audited || any_keeps_memory(job.spec.faults)),
      workers_(view.workers()),
      is_first_(shard == 0),
      pushes_(view.workers()),
      sums_(job, view.workers(), false) {
  if (const auto quorum = job.consistency->quorum()) quorum_.emplace(job, *quorum);
  PSGRID_CHECK(view.description().tables.size() == job.tables.size(), "the tables of this job");
  shards_.reserve(job.tables.size());
  for (const Table& table : job.tables) {
    shards_.emplace_back(table, view.ring(table.id).owned(shard), *job.rule, job.spec.seed,
                         job.timing_only);
    clocks_.emplace_back(workers_);
  }
}

bool ShardState::is_expelled(std::uint32_t worker) const { return sums_.is_expelled(worker); }

Clock ShardState::clock_of(std::uint32_t worker) const {
  Clock clock = clocks_.front().slowest(RangeVectorClock::kAllKeys, worker);
  for (const RangeVectorClock& clocks : clocks_)
    clock = std::min(clock, clocks.slowest(RangeVectorClock::kAllKeys, worker));
  return clock;
}

Clock ShardState::slowest() const {
  Clock slowest = clocks_.front().slowest(RangeVectorClock::kAllKeys);
  for (const RangeVectorClock& clocks : clocks_)
    slowest = std::min(slowest, clocks.slowest(RangeVectorClock::kAllKeys));
  return slowest;
}

std::vector<Clock> ShardState::worker_clocks() const {
  std::vector<Clock> clocks;
  for (std::uint32_t worker = 0; worker < workers_; ++worker) clocks.push_back(clock_of(worker));
  return clocks;
}

bool ShardState::apply(const Entry& entry, Context* witness) {
  PSGRID_CHECK(entry.sequence == sequence_ + 1, "the next entry");
  ++sequence_;
  if (notes_) note(entry);
  if (const auto* push = std::get_if<std::shared_ptr<const Push>>(&entry.what))
    return apply_push(entry.worker, **push, witness);
  if (const auto* aggregate = std::get_if<Aggregate>(&entry.what))
    return apply_aggregate(*aggregate, witness);
  if (const auto* admission = std::get_if<Admission>(&entry.what))
    return apply_admission(*admission, witness);
  return apply_expulsion(std::get<Expulsion>(entry.what), witness);
}

bool ShardState::apply_push(std::uint32_t worker, const Push& push, Context* witness) {
  // With a code, iterations may be left out.
  const bool is_next =
      job_->code ? push.request.value > pushes_[worker] : push.request.value == pushes_[worker] + 1;
  PSGRID_CHECK(is_next || planted(Mistake::kNoDuplicateCheck) ||
                   planted(Mistake::kResyncWithoutDuplicates) ||
                   planted(Mistake::kResyncMissesAnEntry) || planted(Mistake::kJoinBeforeData) ||
                   planted(Mistake::kOldEpochAccepted),
               "a worker's next push");
  pushes_[worker] = push.request.value;
  if (quorum_) {
    add_to_quorum(worker, push, witness);
  } else if (job_->consistency->sums(push.iteration)) {
    // A worker that has just been admitted may be late for an iteration that went on without it.
    if (push.iteration >= summed_) sums_.add(worker, push, shards_);
  } else if (!push.sections.empty()) {
    const IterationSums::ReadMark read{worker, push.read_clock, push.read_version};
    if (witness) record_staleness(*witness, read, push.iteration, slowest());
    const double factor = stale_factor(job_->spec.consistency, staleness(read, slowest()));
    update(push.sections, job_->rule->sums() ? 1 : static_cast<float>(factor / workers_));
  }
  const bool slowest_rose = advance_clocks(worker, push);
  apply_finished_iterations(witness);
  return slowest_rose;
}

bool ShardState::advance_clocks(std::uint32_t worker, const Push& push) {
  bool slowest_rose = false;
  for (const Tick& tick : push.ticks) {
    PSGRID_CHECK(tick.table.value < clocks_.size(), "a tick of a table of this job");
    slowest_rose |= clocks_[tick.table.value].advance(tick.keys, worker, tick.clock);
  }
  return slowest_rose;
}

void ShardState::add_to_quorum(std::uint32_t worker, const Push& push, Context* witness) {
  std::uint32_t piece = worker;
  if (const auto redundancy = job_->consistency->redundancy())
    piece = job_->code->piece(
        worker, static_cast<std::uint32_t>((push.request.value - 1) % redundancy->pushes));
  if (comes_too_late(push, piece)) {
    if (witness) witness->record(GradientDropped{worker_id(worker), push.iteration});
    return;
  }
  quorum_->add(
      {{worker, push.read_clock, push.read_version}, push.iteration, piece, push.sections});
  close_round_if_enough(witness);
}

// Of different workers there may be fewer left than the model asks for.
std::uint32_t ShardState::enough_gradients() const {
  const Quorum& quorum = quorum_->quorum();
  const std::uint32_t left = std::max(1u, workers_ - sums_.expelled());
  return quorum.one_each ? std::min(quorum.gradients, left) : quorum.gradients;
}

void ShardState::close_round_if_enough(Context* witness) {
  const std::uint32_t enough = enough_gradients();
  const bool too_soon = planted(Mistake::kRoundClosedEarly) && enough > 1;
  if (quorum_->size() < enough - too_soon) return;
  const QuorumSum::Finished finished = quorum_->take(shards_);
  if (witness)
    for (const QuorumSum::Part& part : finished.parts)
      record_staleness(*witness, part.read, part.iteration, slowest());
  update(finished.mean, 1);
  if (job_->code) summed_ = summed_.next();
  if (!notes_) return;
  last_round_.clear();
  for (const QuorumSum::Part& part : finished.parts)
    last_round_.push_back({worker_id(part.read.worker), part.iteration, part.read.version});
}

bool ShardState::comes_too_late(const Push& push, std::uint32_t piece) const {
  if (!job_->code)
    return quorum_->quorum().fresh && push.read_version < version_ &&
           !planted(Mistake::kStaleGradientCounted);
  return push.iteration.value != version_ || quorum_->holds_piece(piece);
}

void ShardState::apply_finished_iterations(Context* witness) {
  const Clock finished_everywhere = slowest();
  if (finished_everywhere == kNeverSlowest) return;  // until somebody is admitted
  for (; summed_ < finished_everywhere; summed_ = summed_.next()) {
    if (!job_->consistency->sums(summed_)) continue;
    const IterationSums::Finished finished = sums_.take(summed_);
    if (finished.gradients == 0) continue;  // of an iteration that nobody took part in
    if (witness)
      for (const IterationSums::ReadMark& read : finished.reads)
        record_staleness(*witness, read, summed_, summed_);
    update(finished.mean, 1);
  }
}

bool ShardState::apply_aggregate(const Aggregate& aggregate, Context*) {
  bool slowest_rose = false;
  for (const Aggregate::Part& part : aggregate.parts) {
    // It may be of one that was expelled since, and has been admitted again.
    pushes_[part.worker] = std::max(pushes_[part.worker], part.push.value);
    for (RangeVectorClock& clocks : clocks_)
      slowest_rose |=
          clocks.advance(RangeVectorClock::kAllKeys, part.worker, aggregate.iteration.next());
  }
  summed_ = aggregate.iteration.next();
  update(aggregate.mean, 1);
  return slowest_rose;
}

bool ShardState::apply_expulsion(const Expulsion& expulsion, Context* witness) {
  bool slowest_rose = false;
  for (std::uint32_t worker : expulsion.workers) {
    sums_.expel(worker);
    for (RangeVectorClock& clocks : clocks_)
      slowest_rose |= !planted(Mistake::kExpelledInMinimum) &&
                      clocks.advance(RangeVectorClock::kAllKeys, worker, kNeverSlowest);
  }
  if (quorum_ && quorum_->size() > 0) close_round_if_enough(witness);
  apply_finished_iterations(witness);
  return slowest_rose;
}

bool ShardState::apply_admission(const Admission& admission, Context* witness) {
  const Clock before = slowest();
  sums_.admit(admission.worker, admission.from);
  pushes_[admission.worker] = admission.from.value;
  for (RangeVectorClock& clocks : clocks_) clocks.set(admission.worker, admission.from);
  // It may be the one that was waited for: its expulsion was never heard of here.
  apply_finished_iterations(witness);
  return slowest() > before;
}

void ShardState::update(const Sections& sections, float share) {
  ++version_;
  for (const Section& section : sections)
    shards_[planted(Mistake::kTablesShared) ? 0 : section.table.value].apply(section, share,
                                                                             version_);
}

// A replica that was read from may have been ahead of this one, and gone.
Staleness ShardState::staleness(const IterationSums::ReadMark& read, Clock applied) const {
  const auto updates =
      version_ > read.version ? static_cast<std::uint32_t>(version_ - read.version) : 0;
  // Where the first gradients make an update, iterations of different workers have no common count.
  if (quorum_) return {updates, updates};
  return {updates, applied > read.clock ? applied.value - read.clock.value : 0};
}

void ShardState::record_staleness(Context& witness, const IterationSums::ReadMark& read,
                                  Clock iteration, Clock applied) const {
  const Staleness stale = staleness(read, applied);
  witness.record(GradientApplied{.worker = worker_id(read.worker),
                                 .iteration = iteration,
                                 .staleness_updates = stale.updates,
                                 .staleness_clocks = stale.clocks});
}

void ShardState::note(const Entry& entry) {
  std::vector<std::uint64_t> identity = {entry.sequence, entry.what.index()};
  if (const auto* push = std::get_if<std::shared_ptr<const Push>>(&entry.what)) {
    identity.insert(identity.end(), {entry.worker, (*push)->request.value});
  } else if (const auto* aggregate = std::get_if<Aggregate>(&entry.what)) {
    for (const Aggregate::Part& part : aggregate->parts)
      identity.insert(identity.end(), {part.worker, part.push.value});
  } else if (const auto* admission = std::get_if<Admission>(&entry.what)) {
    identity.insert(identity.end(), {admission->worker, admission->from.value});
  } else {
    const auto& workers = std::get<Expulsion>(entry.what).workers;
    identity.insert(identity.end(), workers.begin(), workers.end());
  }
  entries_digest_ =
      XXH3_64bits_withSeed(identity.data(), identity.size() * sizeof identity[0], entries_digest_);
}

namespace {

// Reads floats one after the other from arrays that follow each other.
class PartReader {
 public:
  explicit PartReader(const std::vector<Values>& parts) : parts_(parts) {}

  std::vector<float> take(std::uint64_t count) {
    std::vector<float> taken;
    taken.reserve(count);
    while (taken.size() < count) {
      const std::span<const float> rest = parts_[part_].data().subspan(at_);
      const std::uint64_t some = std::min<std::uint64_t>(count - taken.size(), rest.size());
      taken.insert(taken.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(some));
      at_ += some;
      if (at_ == parts_[part_].data().size()) ++part_, at_ = 0;
    }
    return taken;
  }

 private:
  const std::vector<Values>& parts_;
  std::size_t part_ = 0, at_ = 0;
};

}  // namespace

// --- images -------------------------------------------------------------------------------------

StateImage ShardState::image() const {
  std::vector<std::byte> head;
  WireWriter out(head);
  out.varint(sequence_);
  out.varint(version_);
  out.varint(summed_.value);
  out.fixed64(entries_digest_);
  out.varint(pushes_.size());
  for (std::uint64_t push : pushes_) out.varint(push);
  for (const RangeVectorClock& clocks : clocks_) clocks.put(out);
  sums_.put(out);
  if (quorum_) quorum_->put(out);
  head.resize((head.size() + sizeof(float) - 1) / sizeof(float) * sizeof(float));
  StateImage image;
  image.parts.push_back(Values::copy_of(head.data(), head.size() / sizeof(float)));
  for (const Shard& shard : shards_)
    for (Values& array : shard.arrays()) image.parts.push_back(std::move(array));
  return image;
}

std::optional<std::string> ShardState::restore(const std::vector<Values>& parts) {
  std::vector<std::uint64_t> sizes;  // of the arrays
  for (const Shard& shard : shards_)
    for (std::size_t i = 0; i < shard.arrays_count(); ++i) sizes.push_back(shard.layout().values());
  std::uint64_t of_arrays = 0, all = 0;
  for (std::uint64_t size : sizes) of_arrays += size;
  for (const Values& part : parts) all += part.size();
  if (all < of_arrays) return "expected the arrays of all tables";

  PartReader reader(parts);
  const std::vector<float> head = reader.take(all - of_arrays);
  WireReader in(std::as_bytes(std::span(head)));
  sequence_ = in.varint();
  version_ = in.varint();
  summed_ = {in.u32()};
  entries_digest_ = in.fixed64();
  if (in.count(1) != pushes_.size()) in.fail("a number for each worker");
  for (std::uint64_t& push : pushes_) push = in.varint();
  if (planted(Mistake::kResyncWithoutDuplicates)) pushes_.assign(pushes_.size(), 0);
  if (planted(Mistake::kResyncMissesAnEntry)) ++sequence_;
  for (RangeVectorClock& clocks : clocks_) clocks.get(in);
  sums_.get(in, shards_);
  if (quorum_) quorum_->get(in);
  if (quorum_ && planted(Mistake::kResyncWithoutRound)) *quorum_ = {*job_, quorum_->quorum()};
  if (!in.ok()) return "expected " + in.expected();
  if (job_->timing_only) return {};
  for (Shard& shard : shards_)
    for (std::size_t i = 0; i < shard.arrays_count(); ++i)
      shard.restore(i, reader.take(shard.layout().values()));
  return {};
}

std::uint64_t ShardState::digest() const {
  std::uint64_t digest = 0;
  for (const Values& part : image().parts)
    digest = XXH3_64bits_withSeed(part.data().data(), part.data().size_bytes(), digest);
  return digest;
}

}  // namespace psgrid
