// What a node goes on with when its processor has done some work.
#pragma once

#include <functional>
#include <map>
#include <utility>

#include "model/node.hpp"

namespace psgrid {

class WorkList {
 public:
  explicit WorkList(Context& context) : context_(context) {}

  // Work that costs nothing is done at once.
  void then(WorkKind kind, double flops, Clock iteration, std::function<void()> next) {
    if (flops == 0) return next();
    const ComputeId work = context_.compute(
        {.kind = kind, .flops = flops, .index = iteration.value, .mathematics = {}});
    next_.emplace(work, std::move(next));
  }

  // False if the work is not of this list.
  bool on_compute_done(ComputeId work) {
    auto done = next_.extract(work);
    if (done.empty()) return false;
    done.mapped()();
    return true;
  }

 private:
  Context& context_;
  std::map<ComputeId, std::function<void()>> next_;
};

}  // namespace psgrid
