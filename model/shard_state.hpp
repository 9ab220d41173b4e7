// What replication copies: all that a replica knows of a shard, as a function of the entries that
// it has applied and of nothing else. Replicas that have applied the same entries are equal in
// every bit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/gradient_sum.hpp"
#include "model/job.hpp"
#include "model/message.hpp"
#include "model/node.hpp"
#include "model/range_vector_clock.hpp"
#include "model/records.hpp"
#include "model/shard.hpp"
#include "model/view.hpp"

namespace psgrid {

// A state as it travels: all but the tables, encoded, four bytes to a value; and the arrays of the
// tables.
struct StateImage {
  std::vector<Values> parts;
};

// The gradients of iterations that are not complete yet.
class IterationSums {
 public:
  // Where a gradient was read, for its staleness.
  struct ReadMark {
    std::uint32_t worker = 0;
    Clock clock;
    std::uint64_t version = 0;
  };
  struct Iteration {
    std::optional<GradientSum> sum;  // none in a timing-only run
    Sections phantom;                // then, of one of the gradients
    std::vector<ReadMark> reads;
    std::uint32_t complete = 0;          // workers whose gradient is
    std::vector<Aggregate::Part> parts;  // of these
  };

  // lists_parts: whether it is asked which workers have completed an iteration.
  IterationSums(const Job& job, std::uint32_t workers, bool lists_parts)
      : job_(&job), workers_(workers), lists_parts_(lists_parts) {}

  // Sums are laid out like `shards`, which outlive them.
  void add(std::uint32_t worker, const Push& push, std::span<const Shard> shards);

  // The worker is not waited for any more; what it has completed counts.
  void expel(std::uint32_t worker);

  // It takes part again, in iterations from this one on.
  void admit(std::uint32_t worker, Clock from);

  bool is_expelled(std::uint32_t worker) const;
  std::uint32_t expelled() const;  // how many

  // Those who are absent there are here, too.
  void be_without(const IterationSums& other) { absent_until_ = other.absent_until_; }

  // Whether every worker that is not expelled has completed an iteration. Requires lists of parts.
  bool is_complete(Clock iteration) const;

  // Whether nobody takes part in an iteration, though somebody does in a later one.
  bool is_left_out(Clock iteration) const;

  struct Finished {
    std::uint32_t gradients = 0;
    std::vector<Section> mean;  // or the sum, if that is what the rule wants
    std::vector<ReadMark> reads;
    std::vector<Aggregate::Part> parts;
  };
  Finished take(Clock iteration);

  bool awaits(std::uint32_t worker, Clock iteration) const;

  void put(WireWriter& out) const;
  void get(WireReader& in, std::span<const Shard> shards);

 private:
  const Job* job_;
  std::uint32_t workers_;
  bool lists_parts_;
  std::map<std::uint32_t, Clock> absent_until_;  // workers that have not always been there
  std::map<Clock, Iteration> iterations_;
};

// Gradients that wait for enough others to make an update, where a few make one.
class QuorumSum {
 public:
  struct Part {
    IterationSums::ReadMark read;
    Clock iteration;
    std::uint32_t piece = 0;  // the worker, unless a code says otherwise
    Sections sections;
  };

  QuorumSum(const Job& job, Quorum quorum) : job_(&job), quorum_(quorum) {}

  const Quorum& quorum() const { return quorum_; }
  bool holds(std::uint32_t worker) const;
  bool holds_piece(std::uint32_t piece) const;

  void add(Part part);
  std::size_t size() const { return parts_.size(); }

  struct Finished {
    std::vector<Section> mean;
    std::vector<Part> parts;
  };
  // The sum is laid out like `shards`, and made in the order of workers, or as a code says.
  Finished take(std::span<const Shard> shards);

  void put(WireWriter& out) const;
  void get(WireReader& in);

 private:
  std::vector<Section> decoded(const std::vector<Part>& parts, std::span<const Shard> shards) const;

  const Job* job_;
  Quorum quorum_;
  std::vector<Part> parts_;
};

class ShardState {
 public:
  ShardState(const Job& job, const View& view, std::uint32_t shard);

  // Entries applied so far; and updates of the parameters among them.
  std::uint64_t sequence() const { return sequence_; }
  std::uint64_t version() const { return version_; }
  Clock summed() const { return summed_; }  // iterations applied as a whole

  // A worker's last push that has taken effect.
  RequestId pushes_of(std::uint32_t worker) const { return {pushes_[worker]}; }
  bool is_expelled(std::uint32_t worker) const;

  Clock slowest() const;
  std::vector<Clock> worker_clocks() const;  // on all keys of all tables

  // The iterations of a worker that are in.
  Clock clock_of(std::uint32_t worker) const;

  // Whether a worker has to wait until its last gradient is in an update. Of several shards only
  // the first makes workers wait where gradients are never dropped: as each makes its updates of
  // other gradients, they could wait for each other for ever.
  bool awaits_update(std::uint32_t worker) const {
    return quorum_ && quorum_->quorum().one_each && (quorum_->quorum().fresh || is_first_) &&
           quorum_->holds(worker);
  }

  // What the last update was made of, where some gradients make one; of audited runs.
  const std::vector<RoundClosed::Part>& last_round() const { return last_round_; }

  // Whether a worker's push that counts for the parameters as they are is not to be expected, as
  // it has pushed so often already: started anew, it pushes again what is in the updates of some
  // shards and not of others.
  bool has_pushed_in_vain(std::uint32_t worker, Clock clock) const {
    return quorum_ && quorum_->quorum().one_each && clock_of(worker) >= clock &&
           !quorum_->holds(worker);
  }

  const IterationSums& sums() const { return sums_; }
  const RangeVectorClock& clocks(Namespace table) const { return clocks_[table.value]; }
  const std::vector<RangeVectorClock>& clocks() const { return clocks_; }
  const Shard& table(Namespace table) const { return shards_[table.value]; }
  const std::vector<Shard>& tables() const { return shards_; }

  // The next entry takes effect. True if the slowest clock rose. The staleness of the gradients is
  // recorded with `witness`, if there is one.
  bool apply(const Entry& entry, Context* witness);

  // Of all entries so far, in their order; 0 unless somebody may ask.
  std::uint64_t digest_of_entries() const { return entries_digest_; }

  // Of the whole state.
  std::uint64_t digest() const;

  StateImage image() const;

  // From the image of an equally shaped shard, its parts perhaps cut into several; what was found
  // wrong otherwise.
  std::optional<std::string> restore(const std::vector<Values>& parts);

  // Part of apply(); by itself only where a mistake is planted.
  bool advance_clocks(std::uint32_t worker, const Push& push);

  void record_staleness(Context& witness, const IterationSums::ReadMark& read, Clock iteration,
                        Clock applied) const;

 private:
  bool apply_push(std::uint32_t worker, const Push& push, Context* witness);
  void add_to_quorum(std::uint32_t worker, const Push& push, Context* witness);
  bool comes_too_late(const Push& push, std::uint32_t piece) const;
  std::uint32_t enough_gradients() const;
  void close_round_if_enough(Context* witness);
  bool apply_aggregate(const Aggregate& aggregate, Context* witness);
  bool apply_expulsion(const Expulsion& expulsion, Context* witness);
  bool apply_admission(const Admission& admission, Context* witness);
  void apply_finished_iterations(Context* witness);
  Staleness staleness(const IterationSums::ReadMark& read, Clock applied) const;
  void update(const Sections& sections, float share);
  void note(const Entry& entry);

  const Job* job_;
  bool notes_;  // a digest of all entries
  std::uint32_t workers_;
  bool is_first_;                         // of the shards
  std::vector<Shard> shards_;             // by namespace
  std::vector<RangeVectorClock> clocks_;  // by namespace
  std::vector<std::uint64_t> pushes_;     // by worker
  IterationSums sums_;
  Clock summed_;  // iterations applied as a whole
  std::optional<QuorumSum> quorum_;
  std::vector<RoundClosed::Part> last_round_;
  std::uint64_t sequence_ = 0, version_ = 0;
  std::uint64_t entries_digest_ = 0;
};

}  // namespace psgrid
