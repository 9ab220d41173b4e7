// What led to a broken promise, as a sequence diagram: the faults, views and messages before it, of
// the nodes that it concerns.
#pragma once

#include <string>
#include <vector>

#include "analysis/promises/broken.hpp"
#include "analysis/promises/trail.hpp"

namespace psgrid::analysis {

struct SequenceStep {
  Time at;            // of a message: delivered
  NodeId from, to;    // the same for a note
  std::string label;  // "push 28", "crash"
  bool is_note = false;
};

struct Sequence {
  std::string title;
  std::vector<NodeId> nodes;
  std::vector<SequenceStep> steps;  // by time
};

// Requires a trail with messages.
Sequence sequence_of(const Trail& trail, const Broken& broken);

// For Markdown readers, and as a picture of its own.
std::string sequence_mermaid(const Sequence& sequence);
std::string sequence_svg(const Sequence& sequence);

}  // namespace psgrid::analysis
