// A filter of what a node sends of one table (Li et al., OSDI 2014, section 5.1).
//
// It may change values or leave out rows, once for each gradient or answer (change), and choose how
// they are written, each time that they are sent (pack, and at the receiver unpack). A gradient is
// changed before it is cut into the shards' parts; what is sent again was changed once. Filters act
// in the scenario's order, at the receiver in the opposite order.
//
// There is one filter for each node (and shard, on servers), table and direction, so it may keep
// state, which is lost when the node crashes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/filter_spec.hpp"
#include "model/ids.hpp"
#include "model/job.hpp"
#include "model/random.hpp"
#include "model/values.hpp"

namespace psgrid {

// Where a filter is.
struct FilterSite {
  const Job& job;
  const Table& table;
  bool push = true;     // or of answers
  RandomStream random;  // its own
};

// What a gradient comes from, or which answer it is.
struct Occasion {
  Clock iteration;                   // of a gradient
  const Section* weights = nullptr;  // that it was computed at
  std::uint64_t number = 0;          // of the push, or of the worker's pull

  // Where draws of a stream begin that depend on nothing but this occasion, so that a run's
  // messages do not change with the order in which others come.
  std::uint64_t first_draw() const { return (number % (1u << 20)) << 29; }
};

// Who sends, or is sent, a part of a shard's rows.
struct Peer {
  NodeId node;
  std::uint32_t shard = 0;
  auto operator<=>(const Peer&) const = default;
};

class Filter {
 public:
  virtual ~Filter() = default;

  // A section without keys is not sent. `section` may be phantom if the job is timing-only.
  virtual Section change(Section section, const Occasion&) { return section; }

  virtual Section pack(Section section, const Peer&) { return section; }

  // Undoes pack(); nothing if the sender has to send it again and may assume nothing.
  virtual std::optional<Section> unpack(Section section, const Peer&) { return section; }

  // Whether unpack() may fail.
  virtual bool may_be_asked_again() const { return false; }

  // What is sent to the peer next has to be understood without anything sent before.
  virtual void forget(const Peer&) {}
};

// A form with something changed.
template <class Change>
std::shared_ptr<const SectionForm> changed(const std::shared_ptr<const SectionForm>& form,
                                           Change change) {
  SectionForm copy = form ? *form : SectionForm{};
  change(copy);
  return copy.is_plain() ? nullptr : std::make_shared<const SectionForm>(std::move(copy));
}

}  // namespace psgrid
