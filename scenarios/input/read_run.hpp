// Turns a scenario document, checked against the schema, into the structs of the model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/run_spec.hpp"
#include "scenarios/explore/exploration.hpp"
#include "scenarios/input/document.hpp"
#include "scenarios/input/file_source.hpp"
#include "scenarios/input/problems.hpp"

namespace psgrid::scenarios {

// What reading needs beside the document.
struct ReadContext {
  std::string directory;  // that paths are relative to
  const FileSource& files;
  Problems& problems;
};

// Everything but the name. Parts of the document with a wrong form keep their defaults. Errors in
// trace files and in ranges of nodes that exceed the cluster go to the problems.
RunSpec read_run(const Json& document, const ReadContext& context);

// Its parts.
ClusterSpec read_cluster(const Json& document, const ReadContext& context);
JobSpec read_job(const Json& document, const ReadContext& context);
std::vector<TaskSpec> read_tasks(const Json& consistency);
ReplicationSpec read_replication(const Json& document);

std::vector<FilterSpec> read_filters(const Json& document);
WireSpec read_wire(const Json& document);
ArchitectureSpec read_architecture(const Json& document);
// Nothing without the section.
std::optional<CheckpointSpec> read_checkpoint(const Json& document);

// Detection, the loss of workers, and the retry that these need.
void read_failover(const Json& document, RunSpec& run);
std::vector<StragglerSpec> read_stragglers(const Json& document, const ClusterSpec& cluster,
                                           const ReadContext& context);

// By time.
std::vector<FaultSpec> read_faults(const Json& document, const ClusterSpec& cluster,
                                   const ReadContext& context);

// Spans that are the wrong way round, or cannot be drawn from, go to the problems.
Exploration read_exploration(const Json& section, Problems& problems);

// The nodes that `key` of `object` names; "*" becomes the last rank. Ranks beyond the cluster are
// an error at `pointer`.
NodeSelector read_nodes(const Json& value, const std::string& pointer, const ClusterSpec& cluster,
                        Problems& problems);

// A path of the scenario, relative to the working directory (or absolute).
std::string resolve_path(const std::string& path, const std::string& directory);

}  // namespace psgrid::scenarios
