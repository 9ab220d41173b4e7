#include "model/programs/mini_batch_sgd.hpp"

#include <deque>

namespace psgrid {

Program mini_batch_sgd(Worker& ps) {
  struct Issued {
    MiniBatch batch;
    RequestId pull;
  };
  std::deque<Issued> issued;  // pulls in flight, oldest first; more than one under bounded delay
  Clock next = ps.next_iteration();
  while (true) {
    for (; ps.has(next) && issued.size() <= ps.lookahead(next); next = next.next()) {
      MiniBatch batch = ps.next_batch();
      const RequestId pull = ps.prefetch(batch);
      issued.push_back({std::move(batch), pull});
    }
    if (issued.empty()) co_return;
    const auto [batch, request] = std::move(issued.front());
    issued.pop_front();

    Weights weights = co_await ps.pull(request);
    for (std::uint32_t step = 0; step < batch.steps; ++step) {
      Gradient gradient = co_await ps.compute(batch, step, weights);
      if (step + 1 < batch.steps) ps.step_locally(weights, gradient);
      ps.push(std::move(gradient));
    }
    co_await ps.clock(batch, weights);
  }
}

}  // namespace psgrid
