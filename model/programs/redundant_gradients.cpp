#include "model/programs/redundant_gradients.hpp"

#include <algorithm>

#include "model/section_rows.hpp"

namespace psgrid {

Program redundant_gradients(Worker& ps) {
  const std::uint32_t pushes = ps.job().consistency->redundancy()->pushes;
  MiniBatch batch = ps.next_batch();
  Weights weights = co_await ps.pull(ps.prefetch_complete(batch));
  while (true) {
    const Clock complete = ps.note_complete(weights);
    if (!ps.has(complete)) co_return;
    if (complete > batch.iteration) {
      const std::vector<KeySet> keys = std::move(batch.keys);
      batch = ps.batch_of(complete);
      if (!have_same_keys(keys, batch.keys)) {
        weights = co_await ps.pull(ps.prefetch_complete(batch));
        continue;
      }
    }
    // Servers that are behind others catch up while it computes; they are waited for no longer than
    // that, since a worker that has crashed may have pushed to the others only.
    const auto ahead = static_cast<std::uint32_t>(weights.greatest_version());
    MiniBatch next = ps.batch_of({std::max(ahead, complete.value + 1)});
    const RequestId newer = ps.prefetch_complete(next);
    bool is_whole = true;
    for (std::uint32_t step = 0; step < pushes && is_whole; ++step) {
      std::optional<Gradient> gradient = co_await ps.compute_unless(newer, batch, weights, step);
      is_whole = gradient.has_value();
      if (!is_whole) continue;
      ps.push(std::move(*gradient));
      if (step + 1 < pushes) ps.send(batch, weights);
    }
    if (is_whole)
      co_await ps.clock(batch, weights);
    else
      ps.end_iteration(batch, weights);
    weights = co_await ps.pull(newer);
    batch = std::move(next);
  }
}

}  // namespace psgrid
