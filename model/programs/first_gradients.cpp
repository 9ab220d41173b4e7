#include "model/programs/first_gradients.hpp"

#include "model/section_rows.hpp"

namespace psgrid {

Program first_gradients(Worker& ps) {
  const bool one_each = ps.job().consistency->quorum()->one_each;
  MiniBatch batch = ps.next_batch();
  Weights weights = co_await ps.pull(ps.prefetch(batch));
  RequestId newer = ps.prefetch_newer(batch, weights);
  while (true) {
    std::optional<Gradient> gradient = co_await ps.compute_unless(newer, batch, weights);
    if (gradient) {
      ps.push(std::move(*gradient));
      co_await ps.clock(batch, weights);
      MiniBatch next = ps.next_batch();
      const bool same_rows = have_same_keys(batch.keys, next.keys);
      batch = std::move(next);
      if (!same_rows) {
        ps.forget(newer);
        newer = ps.prefetch_newer(batch, weights);
      }
      if (!one_each && same_rows) continue;
      if (!one_each) {
        weights = co_await ps.pull(ps.prefetch(batch));
        continue;
      }
    }
    weights = co_await ps.pull(newer);
    newer = ps.prefetch_newer(batch, weights);
  }
}

}  // namespace psgrid
