// What becomes of messages on links that suffer from faults.
//
// The fate of the n-th message from one node to another is a function of the seed, the two nodes
// and n: removing one fault leaves what the others do unchanged. One object decides for all senders
// in a process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "model/fault_spec.hpp"
#include "model/ids.hpp"

namespace psgrid {

class LinkFaults {
 public:
  LinkFaults(const std::vector<FaultSpec>& faults, std::uint64_t seed);

  // False if no fault ever touches a link: nothing to ask.
  bool any() const { return !faults_.empty(); }

  struct Fate {
    std::uint32_t copies = 1;           // 0: lost
    Duration delay;                     // before each is on its way
    std::vector<std::uint64_t> damage;  // by copy, for damage(); 0: none; empty: none of any

    std::uint64_t damage_of(std::uint32_t copy) const { return damage.empty() ? 0 : damage[copy]; }
  };
  // Of a message that is sent now.
  Fate next(NodeId from, NodeId to, Bytes size, Time now);

 private:
  struct Link {
    std::uint64_t messages = 0;
    Time free;  // when a limited rate has let all earlier ones pass
  };

  std::vector<FaultSpec> faults_;  // of links, by time
  const std::uint64_t seed_;
  std::map<std::pair<NodeId, NodeId>, Link> links_;
};

// Changes a burst of 1 to 4 bytes, as noise on a line does; `how` is random and not 0.
void damage(std::span<std::byte> frame, std::uint64_t how);

}  // namespace psgrid
