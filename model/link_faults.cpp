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
  double intact = 1;
  for (const FaultSpec& fault : faults_) {
    if (now < Time{fault.at} || now >= Time{fault.until} || !is_between(fault, from, to)) continue;
    const LinkCondition& condition = fault.link;
    if (condition.down || draw(kLoss) < condition.loss) fate.copies = 0;
    if (draw(kDuplicate) < condition.duplicate) fate.copies *= 2;
    fate.delay.seconds += condition.delay;
    if (draw(kReorder) < condition.reorder)
      fate.delay.seconds += draw(kHeldBack) * condition.reorder_time;
    intact *= 1 - condition.corrupt;
    if (condition.rate > 0 && fate.copies > 0) {
      const Duration passing{static_cast<double>(size.count * fate.copies) / condition.rate};
      link.free = std::max(link.free, now) + passing;
      fate.delay = fate.delay + (link.free - now);
    }
  }
  if (intact < 1) {
    constexpr std::uint64_t kDrawsOfMessage = 64;  // two for each copy
    const RandomStream noise(seed_, from, Purpose::kCorruption, stream_of(to));
    for (std::uint32_t copy = 0; copy < fate.copies; ++copy) {
      const std::uint64_t at = number * kDrawsOfMessage + 2 * copy;
      fate.damage.push_back(noise.uniform_at(at) < intact ? 0 : noise.bits_at(at + 1) | 1);
    }
  }
  return fate;
}

void damage(std::span<std::byte> frame, std::uint64_t how) {
  const std::uint64_t length = 1 + (how >> 1) % 4;
  const std::uint64_t begin = (how >> 3) % frame.size();
  const std::uint64_t end = std::min<std::uint64_t>(begin + length, frame.size());
  for (std::uint64_t at = begin; at < end; ++at) {
    const std::uint64_t bits = how >> (32 + 8 * (at - begin));
    frame[at] ^= static_cast<std::byte>(bits | 1);
  }
}

}  // namespace psgrid
