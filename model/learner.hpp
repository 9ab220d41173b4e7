// What a worker computes: a model to train, as parameter tables, a gradient and an evaluation.
//
// A learner declares its tables; the parameter server stores them. For each mini-batch a worker
// asks which keys it touches, pulls their rows, computes the gradient and pushes it. Each worker
// has a learner of its own, so a learner may keep state; it must be deterministic, and `gradient`
// of different workers may run at the same time on several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/dataset.hpp"
#include "model/ids.hpp"
#include "model/job_spec.hpp"
#include "model/update_rule.hpp"
#include "model/values.hpp"

namespace psgrid {

// How the rows of a table start.
struct InitialValues {
  double scale = 0;  // values uniform in [-scale, scale], see initial_row; 0: zeros
};

// One parameter table: keys 0, ..., keys - 1, each with a row of `width` float32.
struct Table {
  std::string name;
  Namespace id;
  std::uint64_t keys = 0;
  std::uint32_t width = 1;
  InitialValues initial;
};

// What a gradient computation hands back: at most one section a table, of keys of the weights,
// values = the derivative of the mini-batch's mean loss (plus regularisation) at those weights.
struct Gradient {
  std::vector<Section> sections;
  double loss = 0;  // mean loss of the mini-batch at the pulled weights, without regularisation
};

// Quality of a model on held-out data.
struct Evaluation {
  double loss = 0;    // mean loss, without regularisation
  double metric = 0;  // of the learner's metric_name()
};

// What a worker works on.
struct Share {
  NodeId worker;
  Clock from;                   // the next iteration
  std::uint32_t first_row = 0;  // of the training data
  std::uint32_t rows = 0;
};

class Learner {
 public:
  virtual ~Learner() = default;

  virtual std::vector<Table> tables() const = 0;

  // The rule by which servers apply what this learner pushes; none: the scenario's optimizer.
  virtual std::unique_ptr<UpdateRule> update_rule() const { return nullptr; }

  // Before the first call of keys(), and again before the next one when the share has changed as
  // workers come and go. A worker that was started anew has a new learner, whose first share begins
  // `from` where the other one's iterations were acknowledged. What is in flight is still finished.
  virtual void take_share(const Dataset& /*data*/, const Share& /*share*/) {}

  // What stands for the rows of an iteration in keys() and gradient() where there are no data; if
  // nothing does, the iteration touches all keys of all tables.
  virtual std::vector<std::uint32_t> made_up_rows(std::uint32_t /*worker*/,
                                                  Clock /*iteration*/) const {
    return {};
  }

  // Called once an iteration, as is gradient() later, in the same order; several iterations may lie
  // between the two. The keys of each table, in the order of tables(), that the examples `rows` of
  // `data` touch.
  virtual std::vector<KeySet> keys(const Dataset& data, std::span<const std::uint32_t> rows) = 0;

  // weights: one section a table, with the keys that keys() gave for these rows, or for these and
  // more. A gradient has the same keys; what goes to a rule of the learner's own may have others.
  virtual Gradient gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                            const std::vector<Section>& weights) = 0;

  // weights: one section a table with all its keys. Not on the clock of any worker.
  virtual Evaluation evaluate(const Dataset& data, const std::vector<Section>& weights) const = 0;

  // "accuracy", "auc", ...
  virtual std::string metric_name() const = 0;

  // Floating-point operations of `gradient` per example, for "flops_per_example": "auto".
  virtual double flops_per_example(const Dataset& data) const = 0;

  // True if gradients and weights carry no numbers (learner "none").
  virtual bool timing_only() const { return false; }
};

// `data` gives the number of features and classes; it may be null for those that need none.
std::unique_ptr<Learner> make_learner(const LearnerSpec& spec, const Dataset* data);

}  // namespace psgrid
