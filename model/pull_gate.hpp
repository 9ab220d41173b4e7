// Pulls that wait at a server for the consistency model's gate to open, by worker.
//
// There may be one for every worker at every server at once, so each is kept small: a pull's body
// without its message.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "model/ids.hpp"
#include "model/message.hpp"

namespace psgrid {

struct PendingPull {
  NodeId from;
  Pull pull;
  Time arrived;
};

class PullGate {
 public:
  explicit PullGate(std::uint32_t workers) : first_(workers, kNone) {}

  // False if this very pull is held already: it is a retry.
  bool hold(PendingPull pull);

  // Lets go of a worker's pulls, or of everybody's, for which may_pass(pull); in the order of their
  // arrival, and of worker ranks where they arrived together.
  template <class Predicate>
  std::vector<PendingPull> release(std::uint32_t worker, Predicate may_pass) {
    std::vector<PendingPull> released;
    release_from(worker, may_pass, released);
    return released;
  }
  template <class Predicate>
  std::vector<PendingPull> release_all(Predicate may_pass) {
    std::vector<PendingPull> released;
    released.reserve(size());
    for (std::uint32_t worker = 0; worker < first_.size(); ++worker)
      release_from(worker, may_pass, released);
    if (size() == 0) {  // who is let go of needs memory elsewhere
      pool_.clear();
      free_ = {};
    }
    sort_by_arrival(released);
    return released;
  }

  std::size_t size() const { return pool_.size() - free_.size(); }

 private:
  static constexpr std::uint32_t kNone = ~0u;
  struct Entry {
    PendingPull pull;
    std::uint32_t next = kNone;  // of the same worker, by arrival
  };

  template <class Predicate>
  void release_from(std::uint32_t worker, Predicate& may_pass, std::vector<PendingPull>& released) {
    std::uint32_t* link = &first_[worker];
    while (*link != kNone) {
      const std::uint32_t number = *link;
      Entry& entry = pool_[number];
      if (!may_pass(entry.pull)) {
        link = &entry.next;
        continue;
      }
      *link = entry.next;
      released.push_back(std::move(entry.pull));
      entry = {};
      free_.push_back(number);
    }
  }
  static void sort_by_arrival(std::vector<PendingPull>& pulls);

  std::vector<std::uint32_t> first_;  // by worker
  std::deque<Entry> pool_;
  std::vector<std::uint32_t> free_;
};

}  // namespace psgrid
