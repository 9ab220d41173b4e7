#include "model/task_graph.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <queue>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/depth_first_search.hpp>

#include "model/check.hpp"

namespace psgrid {

namespace {

// An edge leads from a task to one that executes after it.
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;

Graph graph_of(const std::vector<TaskSpec>& tasks) {
  std::map<std::string, Vertex> by_name;
  for (Vertex task = 0; task < tasks.size(); ++task) by_name.emplace(tasks[task].name, task);
  PSGRID_CHECK(by_name.size() == tasks.size(), "tasks with different names");
  Graph graph(tasks.size());
  for (Vertex task = 0; task < tasks.size(); ++task)
    for (const std::string& name : tasks[task].after) {
      const auto earlier = by_name.find(name);
      PSGRID_CHECK(earlier != by_name.end(), "a task to execute after");
      boost::add_edge(earlier->second, task, graph);
    }
  return graph;
}

// Follows the way that the search has come to where it found a way back.
class CycleFinder : public boost::default_dfs_visitor {
 public:
  CycleFinder(std::vector<Vertex>& reached_from, std::vector<std::uint32_t>& cycle)
      : reached_from_(reached_from), cycle_(cycle) {}

  template <class Edge>
  void tree_edge(Edge edge, const Graph& graph) {
    reached_from_[target(edge, graph)] = source(edge, graph);
  }

  template <class Edge>
  void back_edge(Edge edge, const Graph& graph) {
    if (!cycle_.empty()) return;
    const Vertex first = target(edge, graph);
    for (Vertex at = source(edge, graph); at != first; at = reached_from_[at])
      cycle_.push_back(static_cast<std::uint32_t>(at));
    cycle_.push_back(static_cast<std::uint32_t>(first));
  }

 private:
  std::vector<Vertex>& reached_from_;
  std::vector<std::uint32_t>& cycle_;
};

}  // namespace

TaskOrder order_of(const std::vector<TaskSpec>& tasks) {
  const Graph graph = graph_of(tasks);
  TaskOrder order;
  std::vector<Vertex> reached_from(tasks.size());
  boost::depth_first_search(graph, boost::visitor(CycleFinder(reached_from, order.cycle)));
  if (!order.cycle.empty()) return order;

  std::priority_queue<Vertex, std::vector<Vertex>, std::greater<>> ready;
  std::vector<std::size_t> awaited(tasks.size());
  for (Vertex task = 0; task < tasks.size(); ++task)
    if ((awaited[task] = in_degree(task, graph)) == 0) ready.push(task);
  while (!ready.empty()) {
    const Vertex task = ready.top();
    ready.pop();
    order.tasks.push_back(static_cast<std::uint32_t>(task));
    for (auto [edge, end] = out_edges(task, graph); edge != end; ++edge)
      if (--awaited[target(*edge, graph)] == 0) ready.push(target(*edge, graph));
  }
  return order;
}

TaskGraph::TaskGraph(const std::vector<TaskSpec>& tasks) {
  const TaskOrder order = order_of(tasks);
  PSGRID_CHECK(order.cycle.empty() && !tasks.empty(), "tasks with an order");
  std::map<std::string, Clock> finished;
  Clock next;
  for (const std::uint32_t number : order.tasks) {
    const TaskSpec& task = tasks[number];
    PSGRID_CHECK(task.iterations > 0 || number == order.tasks.back(), "an end of all but the last");
    Clock after;
    for (const std::string& name : task.after) after = std::max(after, finished.at(name));
    tasks_.push_back({task, next, after});
    next.value += task.iterations;
    finished[task.name] = next;
  }
}

const PlacedTask& TaskGraph::task_of(Clock iteration) const {
  const auto next =
      std::upper_bound(tasks_.begin(), tasks_.end(), iteration,
                       [](Clock clock, const PlacedTask& placed) { return clock < placed.first; });
  return *std::prev(next);
}

Clock TaskGraph::required(Clock iteration) const {
  const PlacedTask& placed = task_of(iteration);
  const auto delay = delay_of(placed, iteration);
  return delay ? required(iteration, *delay) : placed.after;
}

Clock TaskGraph::required(Clock iteration, std::uint32_t delay) const {
  const PlacedTask& placed = task_of(iteration);
  const bool from_within = iteration.value - placed.first.value > delay;
  return from_within ? std::max(placed.after, Clock{iteration.value - delay}) : placed.after;
}

std::optional<std::uint32_t> delay_of(const PlacedTask& placed, Clock iteration) {
  const DelayRule& rule = placed.task.delay;
  switch (rule.kind) {
    case DelayRule::Kind::kFixed:
      return rule.from;
    case DelayRule::Kind::kAny:
      return std::nullopt;
    case DelayRule::Kind::kAsNeeded:
      return rule.to;
    case DelayRule::Kind::kOverIterations:
      break;
  }
  const std::int64_t done = std::min(iteration.value - placed.first.value, rule.over);
  const std::int64_t change = std::int64_t{rule.to} - rule.from;
  return static_cast<std::uint32_t>(rule.from + change * done / rule.over);
}

}  // namespace psgrid
