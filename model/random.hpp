// Counter-based random streams: one per (seed, node, purpose), each a pure function of its counter.
//
// The generator is Philox4x32-10 (Salmon et al., SC 2011). Streams of different purposes or nodes
// are independent, so adding a draw in one place never shifts another. No std::*_distribution is
// used anywhere: their results differ between libraries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/ids.hpp"

namespace psgrid {

// What a stream is for. Values are part of the replay contract: append, never reorder.
enum class Purpose : std::uint16_t {
  kBatches = 1,    // order of the training examples at a worker
  kInitialValues,  // parameters before the first update
  kStraggler,      // factor of an iteration's duration; the sub-stream is the model's index
  kDataSplit,      // which examples are held out, and their order
  kSlicing,        // order in which a client visits servers
  kRetry,          // jitter of a retry's back-off
  kLink,           // fate of a message on a link
  kSynthetic,      // generated data sets
  kTest,
  kExploration,  // what a run of a campaign is like; the node's rank is the run's number
  kTopics,       // topics of a document's tokens
  kBlocks,       // order of the blocks of features
  kStream,       // items that a worker counts; the sub-stream is the iteration
  kHashing,      // hash functions of a sketch; the sub-stream is the row
  kFilter,       // draws of a filter of what a node sends
  kCode,         // coefficients of a code; the sub-stream is the row
  kCorruption,   // which messages on a link are damaged, and how
};

class RandomStream {
 public:
  // Numbers in a stream. No two streams of a seed overlap.
  static constexpr std::uint64_t kLength = std::uint64_t{1} << 49;

  RandomStream(std::uint64_t seed, NodeId node, Purpose purpose, std::uint32_t substream = 0);

  // The n-th 64 random bits of the stream, n < kLength; does not move it.
  std::uint64_t bits_at(std::uint64_t n) const;

  // The n-th number of the stream in (0, 1), never 0 or 1; does not move it.
  double uniform_at(std::uint64_t n) const;

  std::uint64_t bits() { return bits_at(next_++); }
  double uniform() { return uniform_at(next_++); }

  // Uniform over 0, ..., bound - 1 without bias; requires bound > 0.
  std::uint64_t below(std::uint64_t bound);

  // Exponential with the given rate (mean 1/rate).
  double exponential(double rate);

  // Standard normal (Box-Muller, two uniforms a draw).
  double normal();

  // Fisher-Yates over the whole vector.
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

  std::uint64_t position() const { return next_; }

 private:
  // Philox: the key is the seed (mixed), the counter is the stream's identity and n.
  std::uint64_t key_;
  std::uint64_t next_ = 0;
  std::uint32_t rank_;
  std::uint32_t substream_;
  std::uint16_t role_and_purpose_;
};

}  // namespace psgrid
