// What every node of a run knows before it starts: the scenario, the data, the model to train.
#pragma once

#include <memory>
#include <vector>

#include "model/consistency.hpp"
#include "model/dataset.hpp"
#include "model/learner.hpp"
#include "model/node.hpp"
#include "model/run_spec.hpp"
#include "model/update_rule.hpp"

namespace psgrid {

// Immutable, like the files that it was read from; nodes of one process share it.
struct Job {
  // Data may be empty for learner "none".
  Job(RunSpec spec, Dataset train, Dataset test);

  RunSpec spec;
  Dataset train, test;
  bool timing_only = false;
  std::vector<Table> tables;
  std::unique_ptr<Consistency> consistency;
  std::unique_ptr<UpdateRule> rule;
  double flops_per_example = 0;  // 0 if the scenario declares seconds

  // Simulated cost of one gradient over `examples` examples.
  double gradient_flops(std::size_t examples) const;
};

// A new server, worker or manager, by `self`'s role.
std::unique_ptr<Node> make_node(std::shared_ptr<const Job> job, NodeId self, Context& context);

}  // namespace psgrid
