#include "real/fair_link.hpp"

#include <algorithm>

namespace psgrid::real {

FairLink::~FairLink() {
  if (wake_) schedule_.cancel(*wake_);
}

void FairLink::add(Time at, Bytes size, Served served) {
  at = std::max(at, at_);
  serve_due(at);
  advance(at);
  queue_.emplace(served_ + static_cast<double>(size.count), std::move(served));
  wake_for_next();
}

void FairLink::advance(Time to) {
  if (queue_.empty())
    served_ = 0;
  else
    served_ += (to - at_).seconds * bandwidth_ / static_cast<double>(queue_.size());
  at_ = to;
}

Time FairLink::next_end() const {
  if (queue_.empty()) return Time::never();
  const double missing = std::max(0.0, queue_.begin()->first - served_);
  return at_ + Duration{missing * static_cast<double>(queue_.size()) / bandwidth_};
}

void FairLink::serve_due(Time now) {
  while (next_end() <= now) {
    advance(next_end());
    auto first = queue_.extract(queue_.begin());
    served_ = std::max(served_, first.key());
    first.mapped()(at_);
  }
}

void FairLink::wake_for_next() {
  if (wake_) schedule_.cancel(*wake_);
  wake_.reset();
  const Time next = next_end();
  if (next == Time::never()) return;
  wake_ = schedule_.at(next, [this, next] {
    wake_.reset();
    serve_due(next);
    wake_for_next();
  });
}

}  // namespace psgrid::real
