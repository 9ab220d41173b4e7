#include "real/emulated_network.hpp"

#include <algorithm>

#include "model/check.hpp"

namespace psgrid::real {

namespace {

// What fits into a packet is on its way before a share of a NIC could matter.
constexpr std::uint64_t kPacketBytes = 1500;

Duration transmission(Bytes size, double bandwidth) {
  return {static_cast<double>(size.count) / bandwidth};
}

}  // namespace

EmulatedNetwork::EmulatedNetwork(const Placement& placement, std::uint32_t process, bool emulated,
                                 const RunClock& clock, Schedule& schedule, User& user)
    : placement_(placement),
      process_(process),
      emulated_(emulated),
      clock_(clock),
      schedule_(schedule),
      user_(user),
      sending_(placement.hosts().hosts().size()),
      receiving_(sending_.size()) {}

FairLink& EmulatedNetwork::link_of(std::vector<std::unique_ptr<FairLink>>& links,
                                   std::uint32_t node) {
  const HostIndex host = placement_.hosts().host_of(node);
  std::unique_ptr<FairLink>& link = links[host.value];
  if (!link) link = std::make_unique<FairLink>(placement_.hosts().host(host).bandwidth, schedule_);
  return *link;
}

Duration EmulatedNetwork::latency(std::uint32_t from, std::uint32_t to) const {
  const HostLayout& hosts = placement_.hosts();
  return {hosts.host(hosts.host_of(from)).latency + hosts.host(hosts.host_of(to)).latency};
}

void EmulatedNetwork::send(Transfer transfer) {
  const Time now = clock_.now();
  const HostLayout& hosts = placement_.hosts();
  if (hosts.host_of(transfer.from) == hosts.host_of(transfer.to))
    return deliver_at(emulated_ ? now + loopback_duration(transfer.size) : now, std::move(transfer),
                      now);

  const std::uint32_t process = placement_.process_of(transfer.to);
  const std::uint32_t from = transfer.from;
  const Bytes size = transfer.size;
  Parcel parcel{.kind = Parcel::Kind::kMessage, .sent = now, .departed = now};
  const bool shares = emulated_ && size.count > kPacketBytes;
  if (shares)
    parcel = {.kind = Parcel::Kind::kTransfer, .number = ++transfers_, .sent = now};
  else if (emulated_)
    parcel.departed = now + transmission(size, link_of(sending_, from).bandwidth());

  if (process == process_)
    on_parcel(process, parcel, std::move(transfer));
  else
    user_.carry(process, parcel, std::move(transfer));
  if (shares)
    link_of(sending_, from).add(now, size, [this, process, number = parcel.number](Time at) {
      depart(process, number, at);
    });
}

void EmulatedNetwork::send_out_of_band(Transfer transfer) {
  const std::uint32_t process = placement_.process_of(transfer.to);
  const Time now = clock_.now();
  if (process == process_) return deliver_at(now, std::move(transfer), now);
  user_.carry(process, {.kind = Parcel::Kind::kOutOfBand, .sent = now, .departed = now},
              std::move(transfer));
}

void EmulatedNetwork::depart(std::uint32_t process, std::uint32_t number, Time at) {
  const Parcel parcel{.kind = Parcel::Kind::kDeparture, .number = number, .departed = at};
  process == process_ ? on_parcel(process, parcel, {}) : user_.carry(process, parcel);
}

void EmulatedNetwork::on_parcel(std::uint32_t process, const Parcel& parcel, Transfer transfer) {
  switch (parcel.kind) {
    case Parcel::Kind::kOutOfBand:
      return user_.deliver(std::move(transfer), parcel.sent);
    case Parcel::Kind::kMessage: {
      Time arrives = parcel.departed;
      if (emulated_) arrives = arrives + latency(transfer.from, transfer.to);
      return deliver_at(arrives, std::move(transfer), parcel.sent);
    }
    case Parcel::Kind::kTransfer:
      return on_transfer(process, parcel, std::move(transfer));
    case Parcel::Kind::kDeparture:
      break;
  }
  const auto incoming = incoming_.find({process, parcel.number});
  if (incoming == incoming_.end()) return;  // its message was lost
  incoming->second.departed = parcel.departed;
  deliver_if_done(incoming->first);
}

void EmulatedNetwork::on_transfer(std::uint32_t process, const Parcel& parcel, Transfer transfer) {
  const Number number{process, parcel.number};
  const Time arrives = parcel.sent + latency(transfer.from, transfer.to);
  const std::uint32_t to = transfer.to;
  const Bytes size = transfer.size;
  incoming_[number] = {.transfer = std::move(transfer), .sent = parcel.sent};
  schedule_.at(arrives, [this, number, arrives, to, size] {
    link_of(receiving_, to).add(arrives, size, [this, number](Time at) {
      const auto incoming = incoming_.find(number);
      if (incoming == incoming_.end()) return;
      incoming->second.served = at;
      deliver_if_done(number);
    });
  });
}

void EmulatedNetwork::deliver_if_done(Number number) {
  Incoming& incoming = incoming_.at(number);
  if (!incoming.departed || !incoming.served) return;
  const Duration latency_left = latency(incoming.transfer.from, incoming.transfer.to);
  const Time at = std::max(*incoming.departed + latency_left, *incoming.served);
  const Time sent = incoming.sent;
  Transfer transfer = std::move(incoming.transfer);
  incoming_.erase(number);
  deliver_at(at, std::move(transfer), sent);
}

void EmulatedNetwork::deliver_at(Time at, Transfer transfer, Time sent) {
  if (!emulated_ && placement_.process_of(transfer.from) != process_)
    return user_.deliver(std::move(transfer), sent);
  const auto shared = std::make_shared<Transfer>(std::move(transfer));
  schedule_.at(at, [this, shared, sent] { user_.deliver(std::move(*shared), sent); });
}

void EmulatedNetwork::forget(std::uint32_t process) {
  std::erase_if(incoming_, [&](const auto& entry) { return entry.first.first == process; });
}

}  // namespace psgrid::real
