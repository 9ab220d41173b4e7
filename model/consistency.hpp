// Consistency models: when a worker may read, and how servers apply what workers push.
//
// A model is a gate in front of pulls (DESIGN: "SSP(s): iteration c may start iff c - min <= s")
// and what becomes of gradients. A model of one's own is a small file in consistency/ and a line in
// make_consistency().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "model/codes/code.hpp"
#include "model/ids.hpp"
#include "model/job_spec.hpp"

namespace psgrid {

// What has been applied between the pull that a gradient was computed from and the gradient.
struct Staleness {
  std::uint32_t updates = 0;
  std::uint32_t clocks = 0;
};

// By what the step of a stale gradient is multiplied.
double stale_factor(const ConsistencySpec& spec, Staleness staleness);

// Updates that are made of the gradients of some workers, whoever is first, instead of all.
struct Quorum {
  std::uint32_t gradients = 1;  // in one update, which is their mean
  bool fresh = false;     // only gradients of the parameters as they are count; others are dropped
  bool one_each = false;  // at most one of each worker, who then waits for the update
  bool cancels = false;   // a worker gives up a gradient that could only be dropped
};

// Work that several workers do, so that the first of them are enough for an update of all of the
// iteration's batch. It is cut into as many parts as there are workers, of whom none may come or go
// for good. Iterations are those of all workers together: what comes too late for one is dropped.
struct Redundancy {
  std::uint32_t workers = 0;
  std::uint32_t parts = 1;   // of the batch, that each worker does; 1: its own
  std::uint32_t pushes = 1;  // of each worker in an iteration
  double work = 1;           // before each push, in parts
};

// How fast workers turn out to be, for a gate that depends on it. Soft state of a server: it is
// neither replicated nor copied.
class Pace {
 public:
  virtual ~Pace() = default;

  // A worker has completed as many iterations as its clock says.
  virtual void on_clock(std::uint32_t worker, Clock clock, Time now) = 0;

  // The clock that all workers must have reached before this one begins `iteration`.
  virtual Clock required(std::uint32_t worker, Clock iteration) = 0;
};

class Consistency {
 public:
  virtual ~Consistency() = default;

  // The gate. A pull for `iteration` is answered once every worker has completed this many
  // iterations; their updates are then in the values.
  virtual Clock required(Clock iteration) const = 0;

  // What the gate asks for at the very least, whatever the workers' speeds.
  virtual Clock least_required(Clock iteration) const { return required(iteration); }

  // True if a server sums the gradients of one iteration, in worker order, and applies the mean as
  // one update when the last is there; false if it applies each on arrival.
  virtual bool sums_iterations() const = 0;

  // The same of a single iteration, where a model changes over.
  virtual bool sums(Clock /*iteration*/) const { return sums_iterations(); }

  // Where neither: how many gradients make an update. The iterations of a job are then its
  // workers' together, however many each has.
  virtual std::optional<Quorum> quorum() const { return {}; }

  // What workers do beyond their shares, where that makes up for those who are late.
  virtual std::optional<Redundancy> redundancy() const { return {}; }
  virtual std::unique_ptr<Code> make_code() const { return nullptr; }

  // Where the gate depends on the workers' speeds; required() is then the strictest it may ask for.
  virtual std::unique_ptr<Pace> make_pace(std::uint32_t /*workers*/) const { return nullptr; }

  // How many iterations ahead of its computation a worker issues the pull for one.
  virtual std::uint32_t lookahead(Clock /*iteration*/) const { return 0; }

  // True if a worker may answer a pull from rows that it has read before, where these already hold
  // all that the gate asks for.
  virtual bool caches() const { return false; }

  // True if servers send rows to those who have read them whenever the slowest clock rises.
  virtual bool sends_rows() const { return false; }

  // True if workers push and pull one after the other, in the order of their ranks.
  virtual bool takes_turns() const { return false; }
};

// "BSP", "SSP", "K-sync", ...
const char* name_of(ConsistencyModel model);

// The same with its bounds: "SSP, staleness 3".
std::string describe(const ConsistencySpec& spec);

std::unique_ptr<Consistency> make_consistency(const ConsistencySpec& spec);

}  // namespace psgrid
