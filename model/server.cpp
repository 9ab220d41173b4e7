#include "model/server.hpp"

#include "model/check.hpp"
#include "model/planted.hpp"

namespace psgrid {

namespace {

// Messages that wait for a view; whoever sent more sends them again.
constexpr std::size_t kEarlyMost = 1 << 20;

}  // namespace

Server::Server(std::shared_ptr<const Job> job, NodeId self, Context& context)
    : job_(std::move(job)), self_(self), context_(context), member_(job_, context) {}

void Server::on_start() { member_.join(); }

Memory Server::memory() const {
  if (replicas_.empty()) return {member_.memory_since(), recalled_.what};
  Memory memory{member_.memory_since(), {}};
  for (const auto& [shard, replica] : replicas_) replica.remember(memory.what);
  return memory;
}

void Server::recall(const Memory& memory) {
  member_.recall(memory.since);
  recalled_ = memory;
}

void Server::note(const char* situation) {
  if (job_->spec.audited) context_.record(Situation{situation});
}

void Server::on_message(NodeId from, const MessagePtr& message) {
  if (const auto address = address_of(*message)) return on_shard_message(from, message, *address);
  if (const auto* welcome = std::get_if<Welcome>(message.get())) return on_welcome(from, *welcome);
  if (const auto* ack = std::get_if<HeartbeatAck>(message.get())) {
    member_.hear(from);
    return on_lease(member_.lease_until(*ack));
  }
  if (const auto* request = std::get_if<SnapshotRequest>(message.get())) {
    if (!view_) return early_.emplace_back(from, message), void();
    return on_snapshot_request(from, *request);
  }
  if (std::holds_alternative<Stop>(*message)) on_stop();
}

void Server::on_timer(TimerId timer) {
  if (member_.on_timer(timer)) return;
  for (auto& [shard, replica] : replicas_)
    if (replica.on_timer(timer)) return;
}

void Server::on_compute_done(ComputeId work) {
  for (auto& [shard, replica] : replicas_)
    if (replica.on_compute_done(work)) return;
  // Else it was for a chain that is no more.
}

// --- membership -------------------------------------------------------------------------------

void Server::on_welcome(NodeId from, const Welcome& welcome) {
  const ViewPtr before = view_;
  if (!member_.install(welcome.view, from)) return;
  view_ = welcome.view;
  only_shard_ = view_->only_shard_read_at(self_.rank);
  if (!before && job_->spec.detection.enabled)
    lease_.limit(context_.now() +
                 (recalled_.what.empty() ? job_->spec.detection.lease : Duration{}));

  std::set<std::uint32_t> held;
  // One of the same rank that was started before this one may have had shards: they are lost.
  const bool has_shards = view_->incarnation_of(self_.rank) == context_.incarnation();
  if (!has_shards) note("view refused: another incarnation");
  for (std::uint32_t shard : view_->shards_of(self_.rank)) {
    if (!has_shards) break;
    // Of a shard of which nobody has anything any more; the manager knows.
    const bool is_joiner = view_->chain(shard).joiner == self_.rank;
    const bool is_first = view_->chain(shard).since == Epoch{1};
    const bool is_recalled = Replica::remembers(recalled_.what, shard);
    if (!replica_of(shard) && !is_first && !is_joiner && !is_recalled) continue;
    held.insert(shard);
    const auto [place, is_new] =
        replicas_.try_emplace(shard, job_, self_, context_, member_, lease_, shard);
    if (is_new && is_recalled)
      place->second.recall(*view_, recalled_.what);
    else if (is_new && is_first && context_.checkpoint())
      place->second.begin_from(*view_, *context_.checkpoint());
    else if (is_new && is_first)
      place->second.begin_anew(*view_);
    place->second.install(view_);
  }
  if (has_shards) recalled_.what.clear();
  std::erase_if(replicas_, [&](const auto& each) { return !held.contains(each.first); });

  take_up_what_was_kept();
}

void Server::take_up_what_was_kept() {
  early_numbers_.clear();
  for (const auto& [sender, message] : std::exchange(early_, {})) on_message(sender, message);
}

void Server::on_lease(Time until) {
  const bool had_lapsed = !lease_.is_valid(context_.now());
  lease_.extend(until);
  if (!had_lapsed || !lease_.is_valid(context_.now())) return;
  for (auto& [shard, replica] : replicas_) replica.on_lease_renewed();
  take_up_what_was_kept();
}

void Server::on_stop() {
  member_.stop();
  if (job_->spec.audited)
    for (auto& [shard, replica] : replicas_) replica.record_state();
}

// --- messages of shards
// ---------------------------------------------------------------------------

std::optional<Server::Address> Server::address_of(const Message& message) {
  return std::visit(
      [](const auto& body) -> std::optional<Address> {
        if constexpr (requires { body.since, body.shard, body.request; })
          return Address{body.since, body.shard, body.request.value};
        else if constexpr (requires { body.since, body.shard, body.entry; })
          return Address{body.since, body.shard, body.entry.sequence};
        else if constexpr (requires { body.since, body.shard; })
          return Address{body.since, body.shard, 0};
        else
          return {};
      },
      message);
}

void Server::on_shard_message(NodeId from, const MessagePtr& message, Address address) {
  const bool is_read_by_only = address.shard == kOnlyShard;
  if (view_ && !is_read_by_only && address.shard >= view_->shards()) return;
  const Epoch known = !view_            ? Epoch{}
                      : is_read_by_only ? view_->newest_chain()
                                        : view_->chain(address.shard).since;
  if (address.since > known) return keep_for_later(from, message, address);
  if (address.since < known && !planted(Mistake::kOldEpochAccepted))
    return note("message refused: old epoch");
  const bool is_request =
      std::holds_alternative<Push>(*message) || std::holds_alternative<Pull>(*message);
  if (is_request && (from.role != Role::kWorker || from.rank >= view_->workers()))
    return;  // not a member
  if (is_read_by_only && !only_shard_) return;
  Replica* replica = replica_of(is_read_by_only ? *only_shard_ : address.shard);
  if (!replica) return;
  if (!lease_.is_valid(context_.now()) && !planted(Mistake::kLeaseNotChecked)) {
    note("message refused: lease is over");
    return keep_for_later(from, message, address);  // it may yet be extended
  }
  hand_over(*replica, from, message);
}

void Server::keep_for_later(NodeId from, const MessagePtr& message, const Address& address) {
  if (early_.size() == kEarlyMost) return;
  if (early_numbers_.emplace(from, message->index(), address.shard, address.number).second)
    early_.emplace_back(from, message);
}

Replica* Server::replica_of(std::uint32_t shard) {
  const auto place = replicas_.find(shard);
  return place == replicas_.end() ? nullptr : &place->second;
}

void Server::hand_over(Replica& replica, NodeId from, const MessagePtr& message) {
  const auto check_tables = [this](const Sections& sections) {
    for (const Section& section : sections)
      PSGRID_CHECK(section.table.value < job_->tables.size(), "a table of this job");
  };
  if (const auto* push = std::get_if<Push>(message.get())) {
    check_tables(push->sections);
    replica.on_push(from, message);
  } else if (const auto* pull = std::get_if<Pull>(message.get())) {
    check_tables(pull->sections);
    replica.on_pull(from, message);
  } else if (const auto* forward = std::get_if<Forward>(message.get())) {
    replica.on_forward(from, *forward);
  } else if (const auto* ack = std::get_if<ForwardAck>(message.get())) {
    replica.on_forward_ack(from, *ack);
  } else if (const auto* sync = std::get_if<ChainSync>(message.get())) {
    replica.on_chain_sync(from, *sync);
  } else if (const auto* synced = std::get_if<ChainSynced>(message.get())) {
    replica.on_chain_synced(from, *synced);
  } else if (std::holds_alternative<CloseChain>(*message)) {
    replica.on_close_chain(from);
  } else if (const auto* count = std::get_if<PushCountRequest>(message.get())) {
    replica.on_push_count_request(from, *count);
  } else if (const auto* request = std::get_if<StateRequest>(message.get())) {
    replica.on_state_request(from, *request);
  } else if (const auto* checkpoint = std::get_if<CheckpointRequest>(message.get())) {
    replica.on_checkpoint_request(from, *checkpoint);
  } else if (const auto* rejoin = std::get_if<Rejoin>(message.get())) {
    replica.on_rejoin(from, *rejoin);
  } else if (const auto* piece = std::get_if<StatePiece>(message.get())) {
    replica.on_state_piece(from, *piece);
  }
}

// --- instrumentation --------------------------------------------------------------------------

void Server::on_snapshot_request(NodeId from, const SnapshotRequest& request) {
  Replica* replica = replica_of(request.shard);
  if (!replica) return;
  if (auto sections = replica->snapshot())
    context_.send(from, make_message(Snapshot{request.id, request.shard, std::move(*sections)}),
                  Channel::kOutOfBand);
}

}  // namespace psgrid
