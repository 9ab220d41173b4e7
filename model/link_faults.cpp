#include "model/link_faults.hpp"

#include <algorithm>

#include "model/random.hpp"

namespace psgrid {

namespace {

// Numbers that one message draws.
enum Draw : std::uint64_t { kLoss, kDuplicate, kReorder, kHeldBack, kDraws };

// A stream for each receiver: receivers of one role and rank, told apart by the role.
std::uint32_t stream_of(NodeId to) { return (static_cast<std::uint32_t>(to.role) << 24) | to.rank; }

}  // namespace

LinkFaults::LinkFaults(const std::vector<FaultSpec>& faults, std::uint64_t seed) : seed_(seed) {
  for (const FaultSpec& fault : faults)
    if (fault.kind == FaultKind::kLink) faults_.push_back(fault);
}

LinkFaults::Fate LinkFaults::next(NodeId from, NodeId to, Bytes size, Time now) {
  Link& link = links_[{from, to}];
  const std::uint64_t number = link.messages++;
  const RandomStream stream(seed_, from, Purpose::kLink, stream_of(to));
  const auto draw = [&](Draw which) { return stream.uniform_at(number * kDraws + which); };
  Fate fate;
  for (const FaultSpec& fault : faults_) {
    if (now < Time{fault.at} || now >= Time{fault.until} || !is_between(fault, from, to)) continue;
    const LinkCondition& condition = fault.link;
    if (condition.down || draw(kLoss) < condition.loss) fate.copies = 0;
    if (draw(kDuplicate) < condition.duplicate) fate.copies *= 2;
    fate.delay.seconds += condition.delay;
    if (draw(kReorder) < condition.reorder)
      fate.delay.seconds += draw(kHeldBack) * condition.reorder_time;
    if (condition.rate > 0 && fate.copies > 0) {
      const Duration passing{static_cast<double>(size.count * fate.copies) / condition.rate};
      link.free = std::max(link.free, now) + passing;
      fate.delay = fate.delay + (link.free - now);
    }
  }
  return fate;
}

}  // namespace psgrid
