#include "tests/support/describe.hpp"

#include <sstream>

namespace psgrid::testing {

namespace {

class Text {
 public:
  template <class... Parts>
  explicit Text(const Parts&... parts) {
    text_.precision(9);  // tells all floats apart
    add(parts...);
  }
  template <class... Parts>
  Text& add(const Parts&... parts) {
    void((text_ << ... << parts));
    return *this;
  }
  template <class Items, class Describe>
  Text& list(const Items& items, Describe describe_item) {
    const char* separator = "";
    for (const auto& item : items) {
      add(separator);
      describe_item(item);
      separator = ",";
    }
    return *this;
  }
  operator std::string() const { return text_.str(); }

 private:
  std::ostringstream text_;
};

std::string sections_text(const Sections& sections) {
  Text text(" sections(");
  text.list(sections, [&](const Section& section) { text.add(describe(section)); });
  return text.add(")");
}

// Nothing for the first shard, which is the only one in most tests.
std::string shard_text(std::uint32_t shard) {
  if (shard == 0) return "";
  return shard == kOnlyShard ? " of the only shard" : " of shard " + std::to_string(shard);
}

std::string view_text(const ViewDescription& view) {
  Text text("epoch ", view.epoch.value, " workers ", view.workers, " servers ");
  text.list(view.homes, [&](std::uint32_t rank) { text.add(rank); });
  if (!view.expelled.empty()) text.add(" without ");
  text.list(view.expelled, [&](std::uint32_t rank) { text.add(rank); });
  if (view.epoch > Epoch{1}) {
    text.add(" chains ");
    text.list(view.chains, [&](const Chain& chain) {
      text.add(chain.since.value, "(");
      text.list(chain.servers, [&](std::uint32_t server) { text.add(server); });
      if (chain.joiner) text.add("+", *chain.joiner);
      text.add(")");
    });
  }
  text.add(view.partition.type == PartitionType::kRing ? " ring " : " range ",
           view.partition.virtual_nodes, " tables ");
  return text.list(view.tables,
                   [&](const TableShape& table) { text.add(table.keys, "x", table.width); });
}

struct Description {
  std::string operator()(const Incomplete& incomplete) const {
    return Text("incomplete ", incomplete.push ? "push " : "pull ", incomplete.request.value,
                shard_text(incomplete.shard));
  }
  std::string operator()(const Join& join) const { return Text("join ", join.incarnation.value); }
  std::string operator()(const Welcome& welcome) const {
    return Text("welcome ", view_text(welcome.view->description()), " rows ", welcome.first_row,
                "+", welcome.rows, welcome.clock > Clock{} ? " from " : "",
                welcome.clock > Clock{} ? std::to_string(welcome.clock.value) : "");
  }
  std::string operator()(const Push& push) const {
    Text text("push ", push.request.value, shard_text(push.shard), " epoch ", push.since.value,
              " iteration ", push.iteration.value, " read ", push.read_version, "@",
              push.read_clock.value, sections_text(push.sections), " ticks(");
    text.list(push.ticks, [&](const Tick& tick) {
      text.add(tick.table.value, ":", tick.keys.begin, "-", tick.keys.end, "=", tick.clock.value);
    });
    return text.add(")");
  }
  std::string operator()(const PushAck& ack) const {
    return Text("push_ack ", ack.request.value, shard_text(ack.shard));
  }
  std::string operator()(const Pull& pull) const {
    return Text("pull ", pull.request.value, shard_text(pull.shard), " epoch ", pull.since.value,
                " iteration ", pull.iteration.value, " own ", pull.own_clock.value,
                pull.version > 0 ? " version " + std::to_string(pull.version) : "",
                sections_text(pull.sections));
  }
  std::string operator()(const PullReply& reply) const {
    return Text("pull_reply ", reply.request.value, shard_text(reply.shard), " version ",
                reply.version, " slowest ", reply.slowest.value, " held ", reply.held.seconds,
                sections_text(reply.sections));
  }
  std::string operator()(const Progress& progress) const {
    return Text("progress ", progress.clock.value, " examples ", progress.examples);
  }
  std::string operator()(const Stop&) const { return "stop"; }
  std::string operator()(const SnapshotRequest& request) const {
    return Text("snapshot_request ", request.id, shard_text(request.shard));
  }
  std::string operator()(const Snapshot& snapshot) const {
    return Text("snapshot ", snapshot.id, shard_text(snapshot.shard),
                sections_text(snapshot.sections));
  }
  std::string operator()(const Heartbeat& heartbeat) const {
    return Text("heartbeat of ", heartbeat.incarnation.value, " epoch ", heartbeat.epoch.value,
                " at ", heartbeat.sent.seconds, heartbeat.leaving ? " leaving" : "");
  }
  std::string operator()(const HeartbeatAck& ack) const {
    return Text("heartbeat_ack of ", ack.sent.seconds);
  }
  std::string operator()(const Forward& forward) const {
    return Text("forward ", forward.entry.sequence, shard_text(forward.shard), " epoch ",
                forward.since.value, " of ", forward.entry.worker, ": ",
                std::visit([&](const auto& what) { return entry_text(what); }, forward.entry.what));
  }
  std::string operator()(const ForwardAck& ack) const { return place_text("forward_ack", ack); }
  std::string operator()(const ChainSync& sync) const { return place_text("chain_sync", sync); }
  std::string operator()(const ChainSynced& synced) const {
    return place_text("chain_synced", synced);
  }
  std::string operator()(const StateRequest& request) const {
    return Text("state_request ", request.state, shard_text(request.shard), " epoch ",
                request.since.value, " piece ", request.piece);
  }
  std::string operator()(const StatePiece& piece) const {
    return Text("state_piece ", piece.state, shard_text(piece.shard), " epoch ", piece.since.value,
                " piece ", piece.piece, " of ", piece.pieces, " with ", piece.image.size());
  }
  std::string operator()(const Joined& joined) const {
    return Text("joined", shard_text(joined.shard), " epoch ", joined.joining_since.value);
  }
  std::string operator()(const Linked& linked) const {
    return Text("linked", shard_text(linked.shard), " epoch ", linked.chain_since.value);
  }
  std::string operator()(const CloseChain& close) const {
    return Text("close_chain", shard_text(close.shard), " epoch ", close.since.value);
  }
  std::string operator()(const ChainClosed& closed) const {
    return Text("chain_closed", shard_text(closed.shard), " epoch ", closed.since.value);
  }
  std::string operator()(const PushCountRequest& request) const {
    return Text("push_count_request", shard_text(request.shard), " of ", request.worker, " epoch ",
                request.asked.value);
  }
  std::string operator()(const PushCount& count) const {
    return Text("push_count ", count.pushes, shard_text(count.shard), " of ", count.worker,
                " epoch ", count.asked.value);
  }
  std::string operator()(const Rows& rows) const {
    return Text("rows", shard_text(rows.shard), " slowest ", rows.slowest.value, " own ",
                rows.own_clock.value, " version ", rows.version, sections_text(rows.sections));
  }
  std::string operator()(const Turn& turn) const {
    return Text("turn ", turn.number, turn.is_heard ? " heard" : "");
  }
  std::string operator()(const Idle& idle) const {
    return Text("idle after ", idle.iteration.value);
  }
  std::string operator()(const Assist& assist) const {
    return Text("assist ", assist.iteration.value, " piece ", assist.piece, ": ", assist.examples,
                " of ", assist.of);
  }
  std::string operator()(const Assisted& assisted) const {
    return Text("assisted ", assisted.iteration.value, " piece ", assisted.piece,
                sections_text(assisted.sections));
  }
  std::string operator()(const Gradients& gradients) const {
    return Text("gradients of ", gradients.iteration.value, " step ", gradients.step, " computed ",
                gradients.computed.seconds, sections_text(gradients.sections));
  }
  std::string operator()(const Rejoin& rejoin) const {
    return Text("rejoin", shard_text(rejoin.shard), " after ", rejoin.sequence);
  }
  std::string operator()(const CheckpointRequest& request) const {
    if (!request.at_iteration) return Text("checkpoint_request", shard_text(request.shard));
    return Text("checkpoint_request", shard_text(request.shard), " at ", request.iteration.value);
  }
  std::string operator()(const CheckpointWritten& written) const {
    return Text("checkpoint_written", shard_text(written.shard), written.missed ? ": missed" : "");
  }
  std::string operator()(const Campaign& campaign) const {
    return Text("campaign ", campaign.term.value);
  }
  std::string operator()(const Vote& vote) const {
    return Text("vote ", vote.term.value, accepted_text(vote.accepted, vote.view));
  }
  std::string operator()(const Propose& propose) const {
    return Text("propose ", propose.term.value, " ", view_text(propose.view->description()));
  }
  std::string operator()(const Accepted& accepted) const {
    return Text("accepted ", accepted.term.value, " epoch ", accepted.epoch.value);
  }
  std::string operator()(const Beat& beat) const {
    return Text("beat ", beat.term.value, " at ", beat.sent.seconds);
  }
  std::string operator()(const BeatAck& ack) const {
    return Text("beat_ack ", ack.term.value, " of ", ack.sent.seconds);
  }
  std::string operator()(const Recall& recall) const {
    return Text("recall ", recall.incarnation.value);
  }
  std::string operator()(const Recalled& recalled) const {
    return Text("recalled ", recalled.incarnation.value, " promised ", recalled.promised.value,
                accepted_text(recalled.accepted, recalled.view));
  }

 private:
  static std::string accepted_text(Term accepted, const ViewPtr& view) {
    return Text(" accepted ", accepted.value, " ",
                view ? view_text(view->description()) : std::string("nothing"));
  }
  std::string entry_text(const std::shared_ptr<const Push>& push) const { return (*this)(*push); }
  std::string entry_text(const Aggregate& aggregate) const {
    Text text("aggregate ", aggregate.iteration.value, " of ");
    text.list(aggregate.parts,
              [&](const Aggregate::Part& part) { text.add(part.worker, ":", part.push.value); });
    return text.add(sections_text(aggregate.mean));
  }
  std::string entry_text(const Admission& admission) const {
    return Text("admission of ", admission.worker, " from ", admission.from.value);
  }
  std::string entry_text(const Expulsion& expulsion) const {
    Text text("expulsion of ");
    return text.list(expulsion.workers, [&](std::uint32_t worker) { text.add(worker); });
  }
  template <class Place>
  static std::string place_text(const char* name, const Place& place) {
    return Text(name, " ", place.sequence, shard_text(place.shard), " epoch ", place.since.value);
  }
};

}  // namespace

std::string describe(const KeySet& keys) {
  Text text;
  if (keys.is_ranges())
    return text.add("{")
        .list(keys.as_ranges(), [&](KeyRange range) { text.add(range.begin, "-", range.end); })
        .add("}");
  return text.add("[").list(keys.as_list(), [&](Key key) { text.add(key); }).add("]");
}

std::string form_text(const SectionForm& form) {
  static constexpr const char* kKeys[] = {"", "fixed keys", "signature", "as asked"};
  static constexpr const char* kValues[] = {"",        " float64", " fixed1",
                                            " fixed2", " fixed3",  " one bit"};
  return Text("<", kKeys[static_cast<std::size_t>(form.keys)],
              kValues[static_cast<std::size_t>(form.values)], form.block ? " block>" : ">");
}

std::string describe(const Section& section) {
  Text text(section.table.value, ":", describe(section.keys));
  if (section.form) text.add(form_text(*section.form));
  if (section.values.size() == 0) return text;
  text.add("=");
  if (!section.values.is_phantom())
    return text.list(section.values.data(), [&](float value) { text.add(value); });
  for (std::uint64_t i = 0; i < section.values.size(); ++i) text.add(i > 0 ? ",0" : "0");
  return text;
}

std::string describe(const Message& message) { return std::visit(Description{}, message); }

}  // namespace psgrid::testing
