// A trail put in order: who pushed, pulled, applied and installed what, and when.
//
// "When" is a record's place in the trail: on the simulator that order is exact even within an
// instant.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/promises/fault_times.hpp"
#include "analysis/promises/trail.hpp"
#include "model/consistency.hpp"
#include "model/learners/tally.hpp"

namespace psgrid::analysis {

using Place = std::size_t;  // in the trail
inline constexpr Place kNever = std::numeric_limits<Place>::max();

// Of a worker's push, by its number; all incarnations of the worker together.
struct PushLife {
  Clock iteration;
  Place begun = kNever;         // first
  Place acknowledged = kNever;  // first
  bool is_left_out = false;     // by a worker that joined, or came back, later
  bool is_doubtful = false;     // not acknowledged, though a later one is: perhaps refused
};

struct PullLife {
  NodeId worker;
  std::uint32_t incarnation = 0;
  std::uint32_t life = 0;  // of this incarnation: how often it had been admitted again
  RequestId number;
  Clock iteration;
  std::uint32_t batch_of = 0;  // whose iteration it is: another's if the worker helps
  Clock slowest;
  Place begun = kNever, ended = kNever;
  std::uint64_t pushed = 0;  // this incarnation's last push when it began; 0: none yet
};

// In what a manager says of views: "epoch 5: ...", "... from epoch 5 on".
std::optional<Epoch> epoch_in(const Event& event);

class History {
 public:
  explicit History(const Trail& trail);

  const Trail& trail() const { return *trail_; }
  const RunSpec& run() const { return trail_->run; }
  const Consistency& consistency() const { return *consistency_; }

  // Whether the gradients of any of the job's iterations are summed, and applied together.
  bool any_sums() const { return any_sums_; }

  // Whether how much a push counts depends on how many workers there are.
  bool counts_means() const { return any_sums_ || consistency_->quorum(); }

  const FaultTimes& faults() const { return faults_; }
  Time time(Place place) const { return trail_->records[place].at; }

  // How much later than it is due something may happen: not at all, but on a real machine.
  double late_s() const { return trail_->real_time ? 0.1 : 0; }

  // Whether the machine let processes wait, which no fault kept from going on, for so long in all
  // that it may explain why something was late.
  bool stalled(Time begin, Time end) const;

  // Why the job ended; nothing if it did not.
  std::optional<StopReason> stop_reason() const { return stop_reason_; }

  // By worker and number, from 0.
  const std::vector<std::vector<PushLife>>& pushes() const { return pushes_; }
  const std::vector<PullLife>& pulls() const { return pulls_; }

  // The number of a worker's last push that had been acknowledged, or begun, before a place, with
  // all before it.
  std::uint64_t acknowledged_before(std::uint32_t worker, Place place) const;
  std::uint64_t begun_before(std::uint32_t worker, Place place) const;

  // When a worker was first known to be, or to have been, without a place in the view.
  Place expelled(std::uint32_t worker) const { return expelled_[worker]; }
  bool is_expelled_before(std::uint32_t worker, Place place) const {
    return expelled_[worker] < place;
  }
  std::uint32_t expelled_before(Place place) const;

  // The servers of a shard's chain that was made in an epoch; null if no view with it was seen.
  const Chain* chain(std::uint32_t shard, Epoch since) const;

  // --- runs of the learner "tally" ---

  bool counts() const { return layout_.has_value(); }
  const TallyLayout& layout() const { return *layout_; }

  // What an iteration of a worker reads and adds to.
  const TallyBatch& batch(std::uint32_t worker, Clock iteration) const;

  // How many of a worker's pushes up to a number added to a key, at most and at least: doubtful
  // ones may have or not.
  std::uint64_t added(std::uint32_t worker, Namespace table, Key key, std::uint64_t pushes) const {
    return count(of_kind_, worker, table, key, pushes);
  }
  std::uint64_t surely_added(std::uint32_t worker, Namespace table, Key key,
                             std::uint64_t pushes) const {
    return count(surely_of_kind_, worker, table, key, pushes);
  }

 private:
  void collect();
  void fill_in_pushes();
  void draw_batches();

  const Trail* trail_;
  FaultTimes faults_;
  std::unique_ptr<Consistency> consistency_;
  bool any_sums_ = false;
  std::vector<std::vector<PushLife>> pushes_;
  std::vector<PullLife> pulls_;
  std::optional<StopReason> stop_reason_;
  struct Stall {
    Time begin, end;
  };
  void add_stall(const TrailRecord& record, Duration late);
  std::vector<Stall> stalls_;
  std::vector<Place> expelled_;
  std::map<std::pair<std::uint32_t, Epoch>, Chain> chains_;
  std::optional<TallyLayout> layout_;
  std::vector<std::vector<TallyBatch>> batches_;  // by worker and kind
  // By worker and kind of batch: how many of its first n pushes were of that kind.
  using Counts = std::vector<std::vector<std::vector<std::uint32_t>>>;
  std::uint64_t count(const Counts& of_kind, std::uint32_t worker, Namespace table, Key key,
                      std::uint64_t pushes) const;
  Counts of_kind_, surely_of_kind_;
};

}  // namespace psgrid::analysis
