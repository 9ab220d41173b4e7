// Consistency models: when a worker may read, and how servers apply what workers push.
//
// A model is a gate in front of pulls (DESIGN: "SSP(s): iteration c may start iff c - min <= s")
// and three switches. A model of one's own is a small file in consistency/ and a line in
// make_consistency().
#pragma once

#include <cstdint>
#include <memory>

#include "model/ids.hpp"
#include "model/job_spec.hpp"

namespace psgrid {

class Consistency {
 public:
  virtual ~Consistency() = default;

  // The gate. A pull for `iteration` is answered once every worker has completed this many
  // iterations; their updates are then in the values.
  virtual Clock required(Clock iteration) const = 0;

  // True if a server sums the gradients of one iteration, in worker order, and applies the mean as
  // one update when the last is there; false if it applies each on arrival.
  virtual bool sums_iterations() const = 0;

  // How many iterations ahead of its computation a worker issues its pulls.
  virtual std::uint32_t lookahead() const { return 0; }

  // True if a worker may answer a pull from rows that it has read before, where these already hold
  // all that the gate asks for.
  virtual bool caches() const { return false; }
};

std::unique_ptr<Consistency> make_consistency(const ConsistencySpec& spec);

}  // namespace psgrid
