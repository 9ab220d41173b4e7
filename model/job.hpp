// What every node of a run knows before it starts: the scenario, the data, the model to train.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "model/batches.hpp"
#include "model/consistency.hpp"
#include "model/dataset.hpp"
#include "model/learner.hpp"
#include "model/node.hpp"
#include "model/run_spec.hpp"
#include "model/update_rule.hpp"

namespace psgrid {

// Makes the learners of a run: psgrid's own by default (make_learner), or a user's. Called once for
// each worker and a few times besides; equal calls must give equal learners. `data` is the training
// data, null if there are none.
using LearnerFactory =
    std::function<std::unique_ptr<Learner>(const LearnerSpec& spec, const Dataset* data)>;

struct Job;

// The learner of a run, with what it has to know of the rest of it.
LearnerSpec learner_in(const RunSpec& run);

// Makes the filters of a run: psgrid's own by default (make_filter), or a user's. Called for each
// node, table and direction that a filter of the scenario is for.
class Filter;
struct FilterSpec;
struct FilterSite;
using FilterFactory =
    std::function<std::unique_ptr<Filter>(const FilterSpec& spec, const FilterSite& site)>;
std::unique_ptr<Filter> make_filter(const FilterSpec& spec, const FilterSite& site);

// Makes the workers of a run: the standard program by default, or a node of the user's own.
using WorkerFactory = std::function<std::unique_ptr<Node>(std::shared_ptr<const Job> job,
                                                          NodeId self, Context& context)>;
std::unique_ptr<Node> make_worker(std::shared_ptr<const Job> job, NodeId self, Context& context);

// Immutable, like the files that it was read from; nodes of one process share it.
struct Job {
  // Data may be empty for a learner that needs none; it then pulls all keys of its tables.
  Job(RunSpec spec, Dataset train, Dataset test, LearnerFactory factory = psgrid::make_learner);

  RunSpec spec;
  Dataset train, test;
  LearnerFactory learner_factory;
  WorkerFactory worker_factory = make_worker;
  FilterFactory filter_factory;  // make_filter
  CheckpointPtr resumed;         // what the run begins from, if not from nothing
  bool timing_only = false;
  std::vector<Table> tables;
  std::unique_ptr<Consistency> consistency;
  std::unique_ptr<Code> code;  // of models with redundancy; else null
  std::unique_ptr<UpdateRule> rule;
  double flops_per_example = 0;        // 0 if the scenario declares seconds
  std::vector<std::uint32_t> batches;  // by worker, where they are not the same

  // A learner for one node.
  std::unique_ptr<Learner> make_learner() const;

  // The examples of a worker's mini-batch; their share of a mean one; and its training data where
  // some workers have left.
  std::uint32_t batch_of(NodeId worker) const {
    return batches.empty() ? spec.job.batch : batches[worker.rank];
  }
  float batch_weight(NodeId worker) const {
    return static_cast<float>(batch_of(worker)) / static_cast<float>(spec.job.batch);
  }
  DataRange rows_of(NodeId worker, std::uint32_t workers,
                    const std::vector<std::uint32_t>& gone) const;

  // Values of a row that a worker pushes.
  std::uint32_t pushed_width(const Table& table) const;

  // Simulated cost of one gradient over `examples` examples.
  double gradient_flops(std::size_t examples) const;

  // And of so many examples of a mini-batch.
  double piece_flops(std::uint32_t examples, std::uint32_t of) const {
    return gradient_flops(of) * examples / of;
  }
};

// A new server, worker or manager, by `self`'s role.
std::unique_ptr<Node> make_node(std::shared_ptr<const Job> job, NodeId self, Context& context);

}  // namespace psgrid
