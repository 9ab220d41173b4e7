// The network that the nodes of one process believe in: NICs of the scenario's rate and latency, on
// top of whatever carries bytes between processes.
//
// A transfer is carried at once, as loopback is much faster than what is emulated. It then counts
// as under way on the sender's NIC from the moment it was sent, and on the receiver's from one
// latency later; each NIC shares its rate equally. The message is delivered when both are done with
// it, as in the simulator: the time that the real transport takes is hidden in the latency.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "model/message.hpp"
#include "real/fair_link.hpp"
#include "real/parcel.hpp"
#include "real/placement.hpp"
#include "real/run_clock.hpp"
#include "real/schedule.hpp"

namespace psgrid::real {

// A message between two nodes, by index.
struct Transfer {
  std::uint32_t from = 0, to = 0;
  MessagePtr message;
  Bytes size;
  std::uint64_t damage = 0;  // on its way, until it is bytes (link_faults.hpp); 0: none
};

class EmulatedNetwork {
 public:
  // What carries parcels to other processes, and takes what has arrived.
  class User {
   public:
    virtual ~User() = default;
    virtual void carry(std::uint32_t process, const Parcel& parcel) = 0;
    virtual void carry(std::uint32_t process, const Parcel& parcel, Transfer transfer) = 0;
    virtual void deliver(Transfer transfer, Time sent) = 0;
  };

  // emulated: false delivers everything as soon as it is there. All arguments outlive the network.
  EmulatedNetwork(const Placement& placement, std::uint32_t process, bool emulated,
                  const RunClock& clock, Schedule& schedule, User& user);

  void send(Transfer transfer);
  void send_out_of_band(Transfer transfer);

  // From another process; `transfer` is empty for a departure.
  void on_parcel(std::uint32_t process, const Parcel& parcel, Transfer transfer);

  // Another process has been started anew: what it had under way is lost.
  void forget(std::uint32_t process);

 private:
  // A transfer that one of the two NICs has yet to serve.
  struct Incoming {
    Transfer transfer;
    Time sent;
    std::optional<Time> departed, served;  // by the sender's NIC; by the receiver's
  };
  using Number = std::pair<std::uint32_t, std::uint32_t>;  // process and number

  FairLink& link_of(std::vector<std::unique_ptr<FairLink>>& links, std::uint32_t node);
  Duration latency(std::uint32_t from, std::uint32_t to) const;
  void depart(std::uint32_t process, std::uint32_t number, Time at);
  void on_transfer(std::uint32_t process, const Parcel& parcel, Transfer transfer);
  void deliver_if_done(Number number);
  void deliver_at(Time at, Transfer transfer, Time sent);

  const Placement& placement_;
  const std::uint32_t process_;
  const bool emulated_;
  const RunClock& clock_;
  Schedule& schedule_;
  User& user_;
  std::vector<std::unique_ptr<FairLink>> sending_, receiving_;  // by host; null elsewhere
  std::map<Number, Incoming> incoming_;
  std::uint32_t transfers_ = 0;  // begun here
};

}  // namespace psgrid::real
