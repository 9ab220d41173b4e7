// How several managers agree on the views: one leads and proposes, and a view holds once most of
// the managers have accepted it (single-decree Paxos for each epoch, led as in Raft; Lamport 1998,
// Ongaro and Ousterhout 2014). With one manager, its word holds at once.
//
// A leader has a lease as servers have: while it is sure of it, nobody else can have been elected.
// A manager that was started anew has forgotten what it promised: it takes no part until as many
// others as could outvote it have told what they know (Liskov and Cowling 2012, section 4.3).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "model/job.hpp"
#include "model/node.hpp"
#include "model/view.hpp"

namespace psgrid {

class Council {
 public:
  // What happens to the manager whose council this is.
  class Chair {
   public:
    virtual ~Chair() = default;
    // It leads from now on. last: the view that holds; null if there was none yet.
    virtual void on_elected(const ViewPtr& last) = 0;
    virtual void on_decided(const ViewPtr& view) = 0;
    virtual void on_deposed() = 0;
  };

  Council(std::shared_ptr<const Job> job, NodeId self, Context& context, Chair& chair);

  void start();

  // What it has promised and accepted survives a restart with the memory kept.
  Memory memory() const;
  void recall(const Memory& memory);

  // Whether it may have known a view that it does not know now.
  bool has_forgotten() const { return !context_.begins_with_cluster() && !remembers_; }
  bool leads() const { return office_ == Office::kLeader && !hands_on_; }

  // Until when it is sure that nobody else leads; never sure, if that is in the past.
  Time lease_end() const;
  bool has_lease() const { return context_.now() < lease_end(); }

  // One proposal at a time. Requires leads() and is_idle().
  void propose(ViewPtr view);
  bool is_idle() const { return !proposed_; }

  // False if it is not the council's.
  bool on_message(NodeId from, const Message& message);
  bool on_timer(TimerId timer);

 private:
  enum class Office { kForgetful, kFollower, kCandidate, kLeader };

  void on(NodeId from, const Campaign& campaign);
  void on(NodeId from, const Vote& vote);
  void on(NodeId from, const Propose& propose);
  void on(NodeId from, const Accepted& accepted);
  void on(NodeId from, const Beat& beat);
  void on(NodeId from, const BeatAck& ack);
  void on(NodeId from, const Recall& recall);
  void on(NodeId from, const Recalled& recalled);

  void campaign();
  void take_office();
  void follow(Term term);
  void put_to_vote(ViewPtr view);
  void ask_for_acceptance();
  void send_beats();
  void decide();
  void adopt(Term accepted, const ViewPtr& view);
  void arm(Duration after);
  Duration patience() const;
  bool is_most(std::size_t managers) const { return 2 * managers > managers_; }
  void send_to_others(const MessagePtr& message);

  const std::shared_ptr<const Job> job_;
  const NodeId self_;
  Context& context_;
  Chair& chair_;
  const std::uint32_t managers_;

  bool remembers_ = false;
  Office office_ = Office::kFollower;
  Term term_;      // the latest that it has promised to follow
  Term seen_;      // the latest that it knows of
  Term accepted_;  // and the view that it accepted last
  ViewPtr accepted_view_;
  Time heard_{-1e9};        // from the leader
  std::set<NodeId> votes_;  // of this term
  bool hands_on_ = false;   // what is proposed is what was accepted in an earlier term
  ViewPtr proposed_;
  std::set<NodeId> acceptances_;
  std::map<NodeId, Time> beats_acknowledged_;  // when the last of them was sent
  std::map<NodeId, Recalled> recalled_;
  std::optional<TimerId> timer_;
};

}  // namespace psgrid
