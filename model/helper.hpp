// Computes pieces of other workers' mini-batches while its own worker has nothing to do (Harlap et
// al., FlexRR, SoCC 2016).
//
// The rows are there already, as are all training data; the weights are pulled for the iteration
// that the piece is of.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "model/client.hpp"
#include "model/job.hpp"
#include "model/learner.hpp"
#include "model/node.hpp"

namespace psgrid {

class Helper {
 public:
  Helper(std::shared_ptr<const Job> job, Context& context, Client& client);

  // keys: one set a table, where there are no data. Requires a client that has started.
  void help(NodeId whom, const Assist& with, std::vector<KeySet> keys);

  // After an answer to a pull: begins to compute if it was the answer that the helper waits for.
  void on_pull_reply();

  // False if the work is not the helper's.
  bool on_compute_done(ComputeId work);

  // Its worker has work of its own again.
  void stop();

 private:
  struct Task {
    NodeId whose;
    Assist piece;
    std::vector<std::uint32_t> rows;
    std::vector<KeySet> keys;
    RequestId pull;
    std::optional<Weights> weights;
    std::optional<ComputeId> work;
    Gradient gradient;
  };

  void begin();
  void compute();

  const std::shared_ptr<const Job> job_;
  Context& context_;
  Client& client_;
  // Not the worker's: the two may compute at the same time.
  std::unique_ptr<Learner> learner_;
  std::deque<Task> tasks_;  // the first is under way
};

}  // namespace psgrid
