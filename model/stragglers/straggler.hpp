// The seam of straggler models: what slows a node's computations down, and by how much.
//
// A model is a pure function of its settings, the seed, the node and the computation, so the order
// of the questions never changes an answer, and neither does what other nodes or models do. Models
// may keep caches: none is thread-safe.
#pragma once

#include <cstdint>
#include <memory>

#include "model/cluster_spec.hpp"
#include "model/ids.hpp"
#include "model/random.hpp"

namespace psgrid {

class Straggler {
 public:
  virtual ~Straggler() = default;

  // How many times longer than nominal computation `index` of `node` takes (or, of a model in
  // which time matters, its work at the moment `at`). Positive; below 1 is faster than nominal.
  virtual double factor(NodeId node, std::uint64_t index, Time at) const = 0;

  // Until when, exclusive, factor() stays what it is at `at`; later than `at`. Models that draw a
  // factor per computation keep the default.
  virtual Time holds_until(NodeId, Time /*at*/) const { return Time::never(); }
};

// Where a model draws from: one stream for each node and each position in the scenario's list.
class StragglerDraws {
 public:
  StragglerDraws(std::uint64_t seed, std::uint32_t position) : seed_(seed), position_(position) {}

  // The n-th uniform number in (0, 1) of `node`.
  double uniform(NodeId node, std::uint64_t n) const {
    return RandomStream(seed_, node, Purpose::kStraggler, position_).uniform_at(n);
  }

 private:
  std::uint64_t seed_;
  std::uint32_t position_;
};

// The model that `spec` describes; requires settings that the loader has checked.
std::unique_ptr<Straggler> make_straggler(const StragglerSpec& spec, StragglerDraws draws);

}  // namespace psgrid
