#include "analysis/promises/sequence.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "analysis/escape.hpp"
#include "analysis/promises/history.hpp"
#include "analysis/promises/trail_text.hpp"

namespace psgrid::analysis {

namespace {

constexpr std::size_t kStepsMost = 60;

// Records that explain what happened; the others are told by the messages.
bool is_told(const Record& record) {
  if (const auto* event = std::get_if<Event>(&record)) return event->name != "accepting";
  return std::holds_alternative<ViewInstalled>(record) ||
         std::holds_alternative<PushAcknowledged>(record) ||
         std::holds_alternative<JobFinished>(record);
}

std::string note_text(const Record& record) {
  if (const auto* view = std::get_if<ViewInstalled>(&record))
    return fmt::format("view of epoch {}", view->epoch.value);
  return to_string(record);
}

// Those that the promise names, the servers and managers that stood between them, and whoever a
// fault hit shortly before.
std::vector<NodeId> nodes_concerned(const Trail& trail, const Broken& broken) {
  std::set<NodeId> nodes(broken.nodes.begin(), broken.nodes.end());
  for (std::uint32_t rank = 0; rank < trail.run.cluster.servers; ++rank)
    nodes.insert(server_id(rank));
  for (const TrailRecord& record : trail.records) {
    const auto* event = std::get_if<Event>(&record.what);
    if (event && record.at <= broken.at) nodes.insert(record.node);
  }
  return {nodes.begin(), nodes.end()};
}

std::string label(const MessageTrace& message) {
  std::string text(message.type);
  std::replace(text.begin(), text.end(), '_', ' ');
  if (message.request != 0) text += fmt::format(" {}", message.request & 0xffffffff);
  return text;
}

}  // namespace

Sequence sequence_of(const Trail& trail, const Broken& broken) {
  Sequence sequence{
      .title = to_string(broken), .nodes = nodes_concerned(trail, broken), .steps = {}};
  const auto concerns = [&](NodeId node) {
    return std::binary_search(sequence.nodes.begin(), sequence.nodes.end(), node);
  };
  std::vector<SequenceStep> messages, notes;
  for (const MessageTrace& message : trail.messages)
    if (message.delivered <= broken.at && !is_sign_of_life(message.type) &&
        concerns(message.from) && concerns(message.to))
      messages.push_back({message.delivered, message.from, message.to, label(message), false});
  for (const TrailRecord& record : trail.records)
    if (record.at <= broken.at && concerns(record.node) && is_told(record.what))
      notes.push_back({record.at, record.node, record.node, note_text(record.what), true});
  // Notes say more: the last third of the room is theirs if there are so many.
  const auto keep_last = [](std::vector<SequenceStep>& steps, std::size_t most) {
    std::stable_sort(steps.begin(), steps.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    if (steps.size() > most) steps.erase(steps.begin(), steps.end() - static_cast<long>(most));
  };
  keep_last(notes, kStepsMost / 3);
  keep_last(messages, kStepsMost - notes.size());
  sequence.steps = std::move(notes);
  sequence.steps.insert(sequence.steps.end(), messages.begin(), messages.end());
  keep_last(sequence.steps, kStepsMost);
  std::erase_if(sequence.nodes, [&](NodeId node) {
    return std::none_of(sequence.steps.begin(), sequence.steps.end(),
                        [&](const auto& step) { return step.from == node || step.to == node; });
  });
  return sequence;
}

namespace {

std::string identifier(NodeId node) { return fmt::format("{}{}", role_name(node.role), node.rank); }

// What would end a label early.
std::string plain(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == ';' || c == '#'; }, ',');
  return text;
}

}  // namespace

std::string sequence_mermaid(const Sequence& sequence) {
  std::string text = "sequenceDiagram\n";
  for (NodeId node : sequence.nodes)
    text += fmt::format("  participant {} as {}\n", identifier(node), psgrid::to_string(node));
  for (const SequenceStep& step : sequence.steps)
    text += step.is_note ? fmt::format("  Note over {}: {:.4f} {}\n", identifier(step.from),
                                       step.at.seconds, plain(step.label))
                         : fmt::format("  {}->>{}: {:.4f} {}\n", identifier(step.from),
                                       identifier(step.to), step.at.seconds, plain(step.label));
  return text;
}

std::string sequence_svg(const Sequence& sequence) {
  constexpr int kLeft = 80, kColumn = 130, kTop = 70, kRow = 18;
  const auto column = [&](NodeId node) {
    const auto at = std::find(sequence.nodes.begin(), sequence.nodes.end(), node);
    return kLeft + kColumn / 2 + kColumn * static_cast<int>(at - sequence.nodes.begin());
  };
  const int width = kLeft + kColumn * static_cast<int>(sequence.nodes.size()) + 20;
  const int height = kTop + kRow * static_cast<int>(sequence.steps.size()) + 30;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\" font-family=\"sans-serif\" font-size=\"11\">\n"
      "<defs><marker id=\"tip\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"4\" "
      "orient=\"auto\"><path d=\"M0,0 L8,4 L0,8 z\"/></marker></defs>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      "<text x=\"10\" y=\"20\" font-weight=\"bold\">{2}</text>\n",
      width, height, escape_html(sequence.title));
  for (NodeId node : sequence.nodes)
    svg += fmt::format(
        "<text x=\"{0}\" y=\"{1}\" text-anchor=\"middle\">{2}</text>\n"
        "<line x1=\"{0}\" y1=\"{3}\" x2=\"{0}\" y2=\"{4}\" stroke=\"#bbb\"/>\n",
        column(node), kTop - 20, psgrid::to_string(node), kTop - 14, height - 10);
  int y = kTop;
  for (const SequenceStep& step : sequence.steps) {
    const int from = column(step.from), to = column(step.to);
    svg += fmt::format("<text x=\"8\" y=\"{}\" fill=\"#666\">{:.4f} s</text>\n", y + 4,
                       step.at.seconds);
    const std::string text = escape_html(step.label);
    if (step.is_note)
      svg += fmt::format(
          "<circle cx=\"{0}\" cy=\"{1}\" r=\"3\" fill=\"#c00\"/>"
          "<text x=\"{2}\" y=\"{3}\" fill=\"#c00\">{4}</text>\n",
          from, y, from + 6, y + 4, text);
    else
      svg += fmt::format(
          "<line x1=\"{0}\" y1=\"{1}\" x2=\"{2}\" y2=\"{1}\" stroke=\"black\" "
          "marker-end=\"url(#tip)\"/>"
          "<text x=\"{3}\" y=\"{4}\" text-anchor=\"middle\">{5}</text>\n",
          from, y, to, (from + to) / 2, y - 3, text);
    y += kRow;
  }
  return svg + "</svg>\n";
}

}  // namespace psgrid::analysis
