// The parameter-server client of a worker: everything below the verbs pull and push.
//
// It slices requests by shard, keeps several outstanding, repeats those that get no answer or whose
// servers have changed, and answers pulls from a cache where the consistency model allows it. It
// calls nobody back: whoever drives it asks what is complete after each event.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "model/filters/filter_chain.hpp"
#include "model/job.hpp"
#include "model/node.hpp"
#include "model/parameter_cache.hpp"
#include "model/random.hpp"
#include "model/range_vector_clock.hpp"
#include "model/view.hpp"

namespace psgrid {

// The rows that a pull asked for, and where they stood.
struct Weights {
  std::vector<Section> sections;  // one a table
  Clock slowest;                  // every worker's updates of all earlier iterations are in them
  Duration held;                  // by the gate, at the shard that held it longest

  // By shard: the version and clock that its rows had.
  struct ReadMark {
    std::uint64_t version = 0;
    Clock clock;
    bool operator==(const ReadMark&) const = default;
  };
  std::vector<ReadMark> read;

  // Of all shards: updates that are in the rows.
  std::uint64_t least_version() const;
  std::uint64_t greatest_version() const;
};

class Client {
 public:
  // Its pulls are numbered after one.
  Client(std::shared_ptr<const Job> job, NodeId self, Context& context, RequestId after = {});

  // Nothing is asked any more. The last pull.
  RequestId stop();

  // Requests may be made from now on; `done` iterations are behind this worker. Later, a newer
  // view: what the old chains have not answered goes to the new ones.
  void start(ViewPtr view, Clock done);
  void install(ViewPtr view);
  bool started() const { return view_ != nullptr; }

  // Asks for rows, one key set a table, for an iteration. Any number may be outstanding. batch_of:
  // the worker whose iteration it is, if it is not this one.
  RequestId pull(Clock iteration, std::vector<KeySet> keys,
                 std::optional<std::uint32_t> batch_of = {});

  // The same, but every shard answers only when its rows are newer than these.
  RequestId pull_newer(Clock iteration, std::vector<KeySet> keys, const Weights& than);

  // Where shards count iterations by their versions: every one answers when it has reached this
  // one.
  RequestId pull_from(Clock iteration, std::vector<KeySet> keys);

  bool is_complete(RequestId pull) const;

  // The answer, once it is complete; each answer is handed out once.
  std::optional<Weights> take(RequestId pull);

  // The answer is not wanted any more.
  void forget(RequestId pull);

  // Sends a gradient (one section a table, or none) computed in `iteration` from `read`.
  // If `ticks`, it is the iteration's last.
  void push(Clock iteration, std::vector<Section> gradient, const Weights& read, bool ticks);

  // Iterations that were ticked, and that every shard has acknowledged.
  Clock ticked() const { return ticked_; }
  Clock acknowledged() const { return acknowledged_; }

  void on_push_ack(const PushAck& ack);
  void on_pull_reply(const PullReply& reply);
  void on_rows(const Rows& rows);
  void on_incomplete(const Incomplete& incomplete);

  // False if the timer is not the client's.
  bool on_timer(TimerId timer);

 private:
  // Which shards have not answered a request.
  struct Unanswered {
    RequestId number;
    std::vector<bool> shards;
    std::uint32_t remaining = 0;
    Time retry_at = Time::never();
    Duration timeout;

    // False if this shard's answer came before.
    bool answered_by(std::uint32_t shard);
  };
  struct Pulling {
    Unanswered requests;
    Clock iteration;
    Clock own_clock;
    std::optional<Clock> pushed;  // own clock by a push from what it is to be newer than
    Time hedge_at = Time::never();
    std::vector<Weights::ReadMark> newer_than;          // by shard, if the rows must be newer
    std::vector<KeySet> wanted;                         // by table, as asked
    std::vector<KeySet> keys;                           // by table, as requested from the shards
    std::vector<std::shared_ptr<const Slices>> slices;  // of keys
    MessagePtr to_all;                                  // where it asks for all keys of all tables
    std::vector<std::vector<float>> values;  // of keys, put together from several answers
    std::vector<Values> whole;               // of keys, where one answer has them all
    Weights weights;

    // Made again for each try: held by the thousand, pulls would be most of a run's memory.
    MessagePtr message_to(std::uint32_t shard, const Client& client) const;
    NodeId receiver(std::uint32_t shard, const Client& client) const;
    NodeId other_receiver(std::uint32_t shard, const Client& client) const;
    void forget_messages() {}
  };
  struct Pushing {
    Unanswered requests;
    Clock clock;  // all iterations before it are complete once this is acknowledged
    std::vector<MessagePtr> messages;  // by shard, until it has answered; empty without retry

    MessagePtr message_to(std::uint32_t shard, const Client& client) const;
    NodeId receiver(std::uint32_t shard, const Client& client) const;
    // Nothing will be sent again.
    void forget_messages() { messages = {}; }
  };

  Pulling& begin_pull(Clock iteration, std::optional<std::uint32_t> batch_of = {});
  void request_rows(Pulling& pulling, std::vector<KeySet> keys);
  void ask_all_shards(Pulling& pulling) const;
  void place_rows(Pulling& pulling, std::uint32_t shard, const Section& section) const;
  void complete(Pulling& pulling);
  bool is_phantom_of_everything(const std::vector<Section>& gradient) const;
  std::vector<Sections> slice(const std::vector<Section>& gradient) const;
  template <class Operation>
  void send(Operation& operation, std::uint32_t shard);
  template <class Operation>
  void send_again(Operation& operation, std::uint32_t shard);
  template <class Operation>
  void send_all(Operation& operation);
  template <class Operation>
  void repeat_if_due(Operation& operation);
  void hedge_if_due(Pulling& pulling);
  template <class Operation>
  void send_to_new_chains(Operation& operation, const View& before);
  void arm_timer();

  const std::shared_ptr<const Job> job_;
  const NodeId self_;
  Context& context_;
  RandomStream retry_jitter_;
  ViewPtr view_;
  std::optional<ParameterCache> cache_;
  FilterChain filters_;  // of pushes, and the keys of pulls

  std::uint64_t pulls_ = 0, pushes_ = 0;        // so far: the latest numbers
  std::vector<Weights::ReadMark> pushed_from_;  // until newer rows are here
  std::deque<Pulling> pulling_;                 // by number
  std::deque<Pushing> pushing_;                 // by number
  std::vector<Weights::ReadMark> last_read_;    // by shard
  Clock ticked_, acknowledged_;
  std::optional<TimerId> timer_;  // of retries and hedges
  Time timer_at_ = Time::never();
};

}  // namespace psgrid
