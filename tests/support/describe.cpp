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

std::string view_text(const ViewDescription& view) {
  Text text("epoch ", view.epoch.value, " workers ", view.workers, " servers ");
  text.list(view.servers, [&](std::uint32_t rank) { text.add(rank); });
  text.add(view.partition.type == PartitionType::kRing ? " ring " : " range ",
           view.partition.virtual_nodes, " tables ");
  return text.list(view.tables,
                   [&](const TableShape& table) { text.add(table.keys, "x", table.width); });
}

struct Description {
  std::string operator()(const Join& join) const {
    return Text("join ", join.incarnation.value);
  }
  std::string operator()(const Welcome& welcome) const {
    return Text("welcome ", view_text(welcome.view->description()), " rows ", welcome.first_row, "+",
                welcome.rows);
  }
  std::string operator()(const Push& push) const {
    Text text("push ", push.request.value, " epoch ", push.epoch.value, " iteration ",
              push.iteration.value, " read ", push.read_version, "@", push.read_clock.value,
              sections_text(push.sections), " ticks(");
    text.list(push.ticks, [&](const Tick& tick) {
      text.add(tick.table.value, ":", tick.keys.begin, "-", tick.keys.end, "=", tick.clock.value);
    });
    return text.add(")");
  }
  std::string operator()(const PushAck& ack) const {
    return Text("push_ack ", ack.request.value);
  }
  std::string operator()(const Pull& pull) const {
    return Text("pull ", pull.request.value, " epoch ", pull.epoch.value, " iteration ",
                pull.iteration.value, " own ", pull.own_clock.value, sections_text(pull.sections));
  }
  std::string operator()(const PullReply& reply) const {
    return Text("pull_reply ", reply.request.value, " version ", reply.version, " slowest ",
                reply.slowest.value, " held ", reply.held.seconds, sections_text(reply.sections));
  }
  std::string operator()(const Progress& progress) const {
    return Text("progress ", progress.clock.value, " examples ", progress.examples);
  }
  std::string operator()(const Stop&) const { return "stop"; }
  std::string operator()(const SnapshotRequest& request) const {
    return Text("snapshot_request ", request.id);
  }
  std::string operator()(const Snapshot& snapshot) const {
    return Text("snapshot ", snapshot.id, sections_text(snapshot.sections));
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

std::string describe(const Section& section) {
  Text text(section.table.value, ":", describe(section.keys));
  if (section.values.size() == 0) return text;
  text.add("=");
  if (!section.values.is_phantom())
    return text.list(section.values.data(), [&](float value) { text.add(value); });
  for (std::uint64_t i = 0; i < section.values.size(); ++i) text.add(i > 0 ? ",0" : "0");
  return text;
}

std::string describe(const Message& message) { return std::visit(Description{}, message); }

}  // namespace psgrid::testing
