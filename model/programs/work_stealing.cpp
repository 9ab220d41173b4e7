#include "model/programs/work_stealing.hpp"

namespace psgrid {

Program work_stealing(Worker& ps) {
  for (Clock next = ps.next_iteration(); ps.has(next); next = next.next()) {
    const MiniBatch batch = ps.next_batch();
    const Weights weights = co_await ps.pull(ps.prefetch(batch));
    ps.share(batch);
    while (const auto piece = ps.next_piece()) co_await ps.compute_piece(*piece, weights);
    ps.push_pieces(batch);
    co_await ps.clock(batch, weights);
    ps.offer_help(batch.iteration);
  }
}

}  // namespace psgrid
