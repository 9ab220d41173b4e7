// Iterations as tasks that execute after others have finished (Li et al., OSDI 2014, section 3.4).
//
// A task is a number of iterations that all workers go through. It may have to wait until other
// tasks have finished everywhere; and each of its iterations, until all but the last few before it
// have: with no delay it is sequential, with some its delay is bounded, with any it is eventual. A
// worker takes the tasks one after the other: those that wait for none in the order in which they
// are listed, so that what need not wait fills the time of what must.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/job_spec.hpp"

namespace psgrid {

// An order in which every task comes after those that it executes after; as early as it is listed.
struct TaskOrder {
  std::vector<std::uint32_t> tasks;
  // Else: tasks that wait for one another, each for the next and the last for the first.
  std::vector<std::uint32_t> cycle;
};

// Requires that tasks have different names and wait only for tasks that there are.
TaskOrder order_of(const std::vector<TaskSpec>& tasks);

// A task and its place in the sequence of iterations.
struct PlacedTask {
  TaskSpec task;
  Clock first;  // its first iteration
  Clock after;  // iterations that have to be finished before that
};

class TaskGraph {
 public:
  // Requires that there is an order, in which only the last task may be without an end.
  explicit TaskGraph(const std::vector<TaskSpec>& tasks);

  // The one that an iteration is of; iterations beyond the last are of the last.
  const PlacedTask& task_of(Clock iteration) const;

  // Iterations that must be finished everywhere before this one begins, with its own delay or
  // another one; nothing bounds an eventual task from within.
  Clock required(Clock iteration) const;
  Clock required(Clock iteration, std::uint32_t delay) const;

  const std::vector<PlacedTask>& tasks() const { return tasks_; }

 private:
  std::vector<PlacedTask> tasks_;  // in order
};

// Of an iteration of a task: what the rule says where nothing is measured, the greatest where
// something is. None if there is no bound.
std::optional<std::uint32_t> delay_of(const PlacedTask& placed, Clock iteration);

}  // namespace psgrid
