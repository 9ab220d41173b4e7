#include "scenarios/cli/job_files.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <xxhash.h>

#include "scenarios/architecture_names.hpp"
#include "scenarios/checkpoint_files.hpp"
#include "scenarios/load_dataset.hpp"
#include "scenarios/scenario.hpp"

namespace psgrid::scenarios {

namespace {

template <class T>
void mix(std::uint64_t& hash, std::span<const T> values) {
  hash = XXH3_64bits_withSeed(values.data(), values.size_bytes(), hash + values.size());
}

void mix(std::uint64_t& hash, const Dataset& data) {
  const std::uint32_t shape[] = {data.rows, data.features, data.classes};
  mix<std::uint32_t>(hash, shape);
  mix<float>(hash, data.labels);
  mix<float>(hash, data.dense);
  mix<std::uint64_t>(hash, data.row_begin);
  mix<std::uint32_t>(hash, data.column);
  mix<float>(hash, data.value);
}

// Machines may keep the files in different places.
RunSpec without_paths(RunSpec run) {
  const auto forget = [](std::string& path) {
    if (!path.empty()) path = "/file";
  };
  if (run.job.data) {
    forget(run.job.data->file);
    forget(run.job.data->labels);
    forget(run.job.data->test_file);
    forget(run.job.data->test_labels);
  }
  forget(run.cluster.network.platform_file);
  for (StragglerSpec& model : run.stragglers) forget(model.trace_file);
  return run;
}

}  // namespace

Result<std::shared_ptr<const Job>> load_job(const RunSpec& run, const std::string& resume) {
  TrainTest data;
  if (run.job.data) {
    Result<TrainTest> loaded = load_dataset(*run.job.data, run.seed);
    if (!loaded) return loaded.errors;
    data = std::move(*loaded);
  }
  const auto job = std::make_shared<Job>(run, std::move(data.train), std::move(data.test));
  if (!resume.empty()) {
    if (!has_parameter_server(run.architecture))
      return InputError{.message =
                            "only a parameter server resumes from a checkpoint, found the "
                            "architecture \"" +
                            architecture_name(run.architecture.type) + "\""};
    Result<CheckpointPtr> checkpoint = read_checkpoint(resume, *job);
    if (!checkpoint) return checkpoint.errors;
    job->resumed = std::move(*checkpoint);
  }
  return std::shared_ptr<const Job>(job);
}

std::uint64_t fingerprint(const Job& job) {
  std::uint64_t hash = 0;
  const std::string scenario = resolved_json(without_paths(job.spec), "/").dump();
  mix<char>(hash, std::string_view(PSGRID_VERSION));
  mix<char>(hash, scenario);
  for (const StragglerSpec& model : job.spec.stragglers)
    for (const StragglerSpec::TracePoint& point : model.trace) {
      const double numbers[] = {point.time, point.factor, static_cast<double>(point.node.role),
                                static_cast<double>(point.node.rank)};
      mix<double>(hash, numbers);
    }
  mix(hash, job.train);
  mix(hash, job.test);
  return hash;
}

}  // namespace psgrid::scenarios
