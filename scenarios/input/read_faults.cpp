#include <algorithm>

#include "scenarios/input/fields.hpp"
#include "scenarios/input/read_run.hpp"
#include "scenarios/readers/text.hpp"

namespace psgrid::scenarios {
namespace {

// Reads one fault of the list; the verbs exclude each other, which the schema sees to.
class FaultReader {
 public:
  FaultReader(const Json& json, std::string pointer, const ClusterSpec& cluster,
              const ReadContext& context)
      : fields_(json), pointer_(std::move(pointer)), cluster_(cluster), context_(context) {}

  // More than one: a partition in both directions is two faults of links.
  std::vector<FaultSpec> read() {
    fields_.read("at", Quantity::kSeconds, fault_.at);
    double lasts = std::numeric_limits<double>::infinity();
    fields_.read("for", Quantity::kSeconds, lasts);
    fault_.until = fault_.at + lasts;
    read_nodes_of("crash", FaultKind::kCrash);
    const Json* restarted = fields_.find("restart");
    restarted&&* restarted == "cluster" ? restart_cluster()
                                        : read_nodes_of("restart", FaultKind::kRestart);
    fields_.read("memory", fault_.memory_kept, {{"lost", false}, {"kept", true}});
    read_nodes_of("pause", FaultKind::kPause);
    read_nodes_of("resume", FaultKind::kResume);
    read_nodes_of("join", FaultKind::kJoin);
    read_nodes_of("leave", FaultKind::kLeave);
    read_nodes_of("slow", FaultKind::kSlow);
    fields_.read("factor", fault_.factor);
    read_link("link", FaultKind::kLink);
    read_link("reset", FaultKind::kReset);
    read_partition();
    if (found_) read_condition();
    if (fault_.kind == FaultKind::kRestart && fields_.has("for"))
      context_.problems.error(pointer_ + "/for",
                              "found a restart of nodes, expected one of the cluster, or no "
                              "\"for\"");
    return found_ ? std::vector<FaultSpec>{std::move(fault_)} : std::vector<FaultSpec>{};
  }

 private:
  void read_nodes_of(const char* verb, FaultKind kind) {
    const Json* nodes = fields_.find(verb);
    if (!nodes) return;
    found_ = true;
    fault_.kind = kind;
    fault_.nodes = read_nodes(*nodes, pointer_ + pointer_token(verb), cluster_, context_.problems);
  }

  void restart_cluster() {
    found_ = true;
    fault_.kind = FaultKind::kRestartCluster;
    if (fields_.has("memory"))
      context_.problems.error(pointer_ + "/memory",
                              "found a restart of the cluster, which begins from a checkpoint: "
                              "expected no \"memory\"");
  }

  void read_link(const char* verb, FaultKind kind) {
    const Json* json = fields_.find(verb);
    if (!json || !json->is_object()) return;
    found_ = true;
    fault_.kind = kind;
    const Fields link(*json);
    const std::string pointer = pointer_ + pointer_token(verb);
    if (const Json* from = link.find("from"))
      fault_.nodes = read_nodes(*from, pointer + "/from", cluster_, context_.problems);
    if (const Json* to = link.find("to"))
      fault_.to = read_nodes(*to, pointer + "/to", cluster_, context_.problems);
    link.read("both_ways", fault_.both_ways);
  }

  void read_partition() {
    read_nodes_of("partition", FaultKind::kLink);
    if (!fields_.has("partition")) return;
    fault_.link.down = true;
    fault_.to = others(fault_.nodes);
    if (fault_.to.empty())
      return context_.problems.error(pointer_ + "/partition",
                                     "found every node, expected some to be cut off from");
    std::string direction = "both";
    fields_.read("direction", direction);
    fault_.both_ways = direction == "both";
    if (direction == "in") std::swap(fault_.nodes, fault_.to);
  }

  void read_condition() {
    LinkCondition& link = fault_.link;
    fields_.read("down", link.down);
    fields_.read("delay", Quantity::kSeconds, link.delay);
    fields_.read("loss", link.loss);
    fields_.read("duplicate", link.duplicate);
    fields_.read("reorder", link.reorder);
    fields_.read("reorder_time", Quantity::kSeconds, link.reorder_time);
    fields_.read("corrupt", link.corrupt);
    fields_.read("rate", Quantity::kBytesPerSecond, link.rate);
    LinkCondition none;
    none.reorder_time = link.reorder_time;
    if (fields_.has("link") && link == none)
      context_.problems.error(
          pointer_ + "/link",
          "found no condition that has an effect, expected \"down\", \"delay\", "
          "\"loss\", \"duplicate\", \"reorder\", \"corrupt\" or \"rate\" beside it");
  }

  // Every node that the selector does not name.
  NodeSelector others(const NodeSelector& selector) const {
    NodeSelector rest;
    for (std::uint32_t index = 0; index < cluster_.nodes(); ++index) {
      const NodeId node = node_at(cluster_, index);
      if (selects(selector, node)) continue;
      if (!rest.empty() && rest.back().role == node.role && rest.back().last + 1 == node.rank)
        ++rest.back().last;
      else
        rest.push_back({node.role, node.rank, node.rank});
    }
    return rest;
  }

  const Fields fields_;
  const std::string pointer_;
  const ClusterSpec& cluster_;
  const ReadContext& context_;
  FaultSpec fault_;
  bool found_ = false;
};

// The nodes that a restart of the cluster starts are those that were there from the beginning.
void check_cluster_restarts(const std::vector<FaultSpec>& faults, Problems& problems) {
  const auto of_cluster = [](const FaultSpec& fault) { return is_of_cluster(fault.kind); };
  if (std::none_of(faults.begin(), faults.end(), of_cluster)) return;
  for (const FaultSpec& fault : faults)
    if (fault.kind == FaultKind::kJoin || fault.kind == FaultKind::kLeave)
      return problems.error("/faults", std::string("found \"") + fault_name(fault) +
                                           "\" beside a restart of the cluster, expected the "
                                           "same nodes throughout");
}

bool is_down(const std::vector<FaultSpec>& before, NodeId node) {
  bool down = false;
  for (const FaultSpec& fault : before) {
    if (is_of_cluster(fault.kind)) down = false;
    if (!selects(fault.nodes, node)) continue;
    if (fault.kind == FaultKind::kCrash) down = true;
    if (fault.kind == FaultKind::kRestart) down = false;
  }
  return down;
}

// Managers are there from the start to the end; some server and some worker has to be.
void check_joins(const std::vector<FaultSpec>& faults, const ClusterSpec& cluster,
                 Problems& problems) {
  std::uint32_t later[] = {0, 0};
  for (std::uint32_t index = cluster.managers; index < cluster.nodes(); ++index)
    later[index >= cluster.managers + cluster.servers] +=
        joins_later(faults, node_at(cluster, index));
  for (const FaultSpec& fault : faults)
    for (NodeId node : nodes_of(fault.nodes))
      if (node.role == Role::kManager &&
          (fault.kind == FaultKind::kJoin || fault.kind == FaultKind::kLeave))
        return problems.error("/faults", std::string("found \"") + fault_name(fault) + "\" of " +
                                             to_string(node) + ", expected servers or workers");
  if (later[0] == cluster.servers)
    problems.error("/faults", "found that all servers join later, expected one from the start");
  if (later[1] == cluster.workers)
    problems.error("/faults", "found that all workers join later, expected one from the start");
}

}  // namespace

std::vector<FaultSpec> read_faults(const Json& document, const ClusterSpec& cluster,
                                   const ReadContext& context) {
  std::vector<FaultSpec> faults;
  const Json* list = Fields(document).find("faults");
  if (!list || !list->is_array()) return faults;
  for (std::size_t i = 0; i < list->size(); ++i)
    for (FaultSpec& fault :
         FaultReader((*list)[i], "/faults/" + std::to_string(i), cluster, context).read())
      faults.push_back(std::move(fault));
  std::stable_sort(faults.begin(), faults.end(),
                   [](const FaultSpec& a, const FaultSpec& b) { return a.at < b.at; });
  check_joins(faults, cluster, context.problems);
  check_cluster_restarts(faults, context.problems);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    if (faults[i].kind != FaultKind::kRestart) continue;
    const std::vector<FaultSpec> before(faults.begin(), faults.begin() + static_cast<long>(i));
    for (NodeId node : nodes_of(faults[i].nodes))
      if (context.problems.sound("/faults") && !is_down(before, node))
        context.problems.error("/faults", "found a restart of " + to_string(node) + " at " +
                                              number_text(faults[i].at) +
                                              " s, expected a crash of it before that");
  }
  return faults;
}

}  // namespace psgrid::scenarios
