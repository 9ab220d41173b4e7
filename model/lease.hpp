// Until when a server may act for its shards.
#pragma once

#include <algorithm>

#include "model/ids.hpp"

namespace psgrid {

// Held for ever unless the manager detects failures; else from heartbeat to heartbeat. A server
// that was paused asks anew before everything that it does.
class Lease {
 public:
  bool is_valid(Time now) const { return now < until_; }
  void extend(Time until) { until_ = std::max(until_, until); }

  // From now on it has to be extended.
  void limit(Time until) { until_ = until; }

 private:
  Time until_ = Time::never();
};

}  // namespace psgrid
