#include "model/programs/in_turns.hpp"

namespace psgrid {

Program in_turns(Worker& ps) {
  co_await ps.turn();
  while (ps.has(ps.next_iteration())) {
    const MiniBatch batch = ps.next_batch();
    Weights weights = co_await ps.pull(ps.prefetch(batch));
    ps.pass_turn();
    for (std::uint32_t step = 0; step < batch.steps; ++step) {
      Gradient gradient = co_await ps.compute(batch, step, weights);
      if (step + 1 < batch.steps) ps.step_locally(weights, gradient);
      ps.push(std::move(gradient));
    }
    co_await ps.turn();
    co_await ps.clock(batch, weights);
  }
  ps.pass_turn();
}

}  // namespace psgrid
