// Columns of the tables of a run, in their order in the files.
#pragma once

#include <string_view>
#include <vector>

namespace psgrid::analysis::columns {

using Columns = std::vector<std::string_view>;

inline const Columns convergence = {"time_s",      "iteration", "examples",       "loss",
                                    "metric_name", "metric",    "staleness_mean", "staleness_max"};
inline const Columns iterations = {"worker", "iteration", "start_s", "end_s",    "compute_s",
                                   "wait_s", "pull_s",    "push_s",  "staleness"};
inline const Columns nodes = {"node",           "role",          "host",
                              "busy_s",         "wait_s",        "bytes_sent",
                              "bytes_received", "messages_sent", "messages_received",
                              "incarnations"};
inline const Columns messages = {"type", "messages", "bytes"};
inline const Columns filters = {"filter", "direction", "before_bytes", "after_bytes"};
inline const Columns events = {"time_s", "node", "event", "detail"};
inline const Columns staleness = {"unit", "low", "high", "gradients"};

}  // namespace psgrid::analysis::columns
