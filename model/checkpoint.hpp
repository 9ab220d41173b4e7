// A state of a whole job that it can be taken up from: every shard's image, and how far each worker
// was. Made while the job runs (checkpointer.hpp).
//
// The images need not be of one moment. A worker begins again where the last of the shards has it;
// pushes that others have already are duplicates there. Where the gradients of an iteration are
// summed, all images have the same iterations in them, so that nothing can tell that the job was
// ever interrupted.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/ids.hpp"
#include "model/records.hpp"
#include "model/values.hpp"

namespace psgrid {

struct Checkpoint {
  std::uint64_t number = 0;                 // of the job's, from 1
  Time at;                                  // when it was complete
  std::uint64_t examples = 0;               // used by all workers
  std::vector<Clock> clocks;                // by worker
  std::vector<std::uint32_t> expelled;      // workers that no longer take part, rising
  std::vector<std::vector<Values>> shards;  // the parts of each one's image (shard_state.hpp)

  Clock slowest() const;  // of the workers that take part
};

using CheckpointPtr = std::shared_ptr<const Checkpoint>;

std::uint64_t value_count(const std::vector<Values>& image);

// "checkpoint 3, iteration 40"; "the beginning" without one.
std::string describe(const CheckpointPtr& checkpoint);

// Puts checkpoints together from what servers and managers record, as a disk that they share would.
class CheckpointCollector {
 public:
  // resumed: what the run begins from; may be null.
  explicit CheckpointCollector(CheckpointPtr resumed) : last_(std::move(resumed)) {}

  // The checkpoint that this record makes complete; else null.
  CheckpointPtr add(Time now, const CheckpointPart& part);
  CheckpointPtr add(Time now, const CheckpointDone& done);

  // The last that is complete; null if none is.
  const CheckpointPtr& last() const { return last_; }

  // Those who were at it are gone.
  void forget_unfinished() { unfinished_.clear(); }

 private:
  struct Unfinished {
    std::map<std::uint32_t, CheckpointPart> parts;  // by shard
    bool done = false;
    CheckpointDone conclusion;
  };
  CheckpointPtr complete(Time now, std::uint64_t id);

  std::map<std::uint64_t, Unfinished> unfinished_;
  CheckpointPtr last_;
};

}  // namespace psgrid
