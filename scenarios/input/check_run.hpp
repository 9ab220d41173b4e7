// What no schema can say: checks across the parts of a scenario.
#pragma once

#include "model/run_spec.hpp"
#include "scenarios/input/document.hpp"
#include "scenarios/input/read_run.hpp"

namespace psgrid::scenarios {

// Adds every mistake to the problems of `context`. A check runs only where the parts that it looks
// at are sound. Settings that a later layer has made void are reset in `run`.
void check_run(RunSpec& run, const Document& document, const ReadContext& context);

// Whether any of these nodes has the role.
bool has_role(const NodeSelector& nodes, Role role);

// Whether workers wait for one another under a model in such a way that they could help.
bool leaves_time_to_help(ConsistencyModel model);

// Its parts.
void check_cluster(const RunSpec& run, const ReadContext& context);
void check_stragglers(const RunSpec& run, const Json& document, const ReadContext& context);
void check_architecture(RunSpec& run, const Json& document, const ReadContext& context);
void check_job(RunSpec& run, const Json& document, const ReadContext& context);
void check_tasks(const RunSpec& run, const Json& document, const ReadContext& context);
void check_redundancy(const RunSpec& run, const ReadContext& context);
void check_filters(const RunSpec& run, const ReadContext& context);
void check_replication(RunSpec& run, const ReadContext& context);
void check_checkpoint(const RunSpec& run, const ReadContext& context);
void check_failover(RunSpec& run, const Json& document, const ReadContext& context);

}  // namespace psgrid::scenarios
