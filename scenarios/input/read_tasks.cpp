// The tasks of the consistency model "task_graph".
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "model/task_graph.hpp"
#include "scenarios/input/check_run.hpp"
#include "scenarios/input/fields.hpp"
#include "scenarios/input/read_run.hpp"

namespace psgrid::scenarios {
namespace {

std::string in_quotes(const std::string& text) { return '"' + text + '"'; }

DelayRule read_delay(const Fields& fields) {
  using Kind = DelayRule::Kind;
  DelayRule delay;
  bool eventual = false;
  fields.read("eventual", eventual);
  fields.read("delay", delay.from);
  delay.kind = eventual                  ? Kind::kAny
               : fields.has("delay_to")  ? Kind::kOverIterations
               : fields.has("delay_max") ? Kind::kAsNeeded
                                         : Kind::kFixed;
  fields.read("delay_to", delay.to);
  fields.read("delay_max", delay.to);
  fields.read("over", delay.over);
  return delay;
}

// "a" after "b" after "a"
std::string text_of(const std::vector<std::uint32_t>& cycle, const std::vector<TaskSpec>& tasks) {
  std::string text;
  for (const std::uint32_t task : cycle) text += in_quotes(tasks[task].name) + " after ";
  return text + in_quotes(tasks[cycle.front()].name);
}

}  // namespace

std::vector<TaskSpec> read_tasks(const Json& section) {
  std::vector<TaskSpec> tasks;
  const Json* list = Fields(section).find("tasks");
  if (!list || !list->is_array()) return tasks;
  for (const Json& object : *list) {
    const Fields fields(object);
    TaskSpec task;
    fields.read("name", task.name);
    fields.read("iterations", task.iterations);
    fields.read("after", task.after);
    task.delay = read_delay(fields);
    tasks.push_back(std::move(task));
  }
  return tasks;
}

void check_tasks(const RunSpec& run, const Json& document, const ReadContext& context) {
  Problems& problems = context.problems;
  const std::vector<TaskSpec>& tasks = run.consistency.tasks;
  if (tasks.empty() || !problems.sound("/consistency")) return;
  const auto at = [](std::size_t task, const std::string& key) {
    return fmt::format("/consistency/tasks/{}/{}", task, key);
  };
  std::set<std::string> names;
  for (std::size_t task = 0; task < tasks.size(); ++task)
    if (!names.insert(tasks[task].name).second)
      problems.error(at(task, "name"), fmt::format("found {} again, expected different names",
                                                   in_quotes(tasks[task].name)));
  for (std::size_t task = 0; task < tasks.size(); ++task)
    for (std::size_t i = 0; i < tasks[task].after.size(); ++i)
      if (!names.contains(tasks[task].after[i]))
        problems.error(at(task, fmt::format("after/{}", i)),
                       fmt::format("found {}, expected the name of one of the tasks",
                                   in_quotes(tasks[task].after[i])));
  for (std::size_t task = 0; task < tasks.size(); ++task) {
    const DelayRule& delay = tasks[task].delay;
    const Fields fields((*Fields::of(document, "consistency").find("tasks"))[task]);
    for (const char* key : {"delay", "delay_to", "delay_max"})
      if (delay.kind == DelayRule::Kind::kAny && fields.has(key))
        problems.key_error(at(task, key),
                           fmt::format("found {} of a task without a bound, expected "
                                       "it or \"eventual\"",
                                       in_quotes(key)));
    if (fields.has("delay_to") && fields.has("delay_max"))
      problems.key_error(at(task, "delay_max"),
                         "found \"delay_max\" beside \"delay_to\", expected one of them");
    if (delay.kind == DelayRule::Kind::kAsNeeded && delay.to < delay.from)
      problems.error(
          at(task, "delay_max"),
          fmt::format("found {}, expected at least \"delay\", which is {}", delay.to, delay.from));
  }
  const bool any_eventual = std::ranges::any_of(
      tasks, [](const TaskSpec& task) { return task.delay.kind == DelayRule::Kind::kAny; });
  if (run.consistency.stale_step != StaleStep::kFull && !any_eventual)
    problems.key_error("/consistency/stale_step",
                       "found \"stale_step\", which has no effect on tasks of bounded delay: the "
                       "gradients of an iteration are summed");
  if (!problems.sound("/consistency/tasks")) return;
  const TaskOrder order = order_of(tasks);
  if (!order.cycle.empty())
    return problems.error("/consistency/tasks",
                          fmt::format("found tasks that wait for one another, {}, expected an "
                                      "order in which each can execute",
                                      text_of(order.cycle, tasks)));
  for (std::size_t place = 0; place + 1 < order.tasks.size(); ++place) {
    const std::uint32_t task = order.tasks[place];
    if (tasks[task].iterations == 0)
      problems.error(fmt::format("/consistency/tasks/{}", task),
                     fmt::format("found no key \"iterations\", expected it of every task but the "
                                 "last to execute, which is {}",
                                 in_quotes(tasks[order.tasks.back()].name)));
  }
}

}  // namespace psgrid::scenarios
