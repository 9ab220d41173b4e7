// Data files turned into what learners train and are measured on.
#pragma once

#include <cstdint>

#include "model/dataset.hpp"
#include "model/job_spec.hpp"
#include "scenarios/input_error.hpp"

namespace psgrid::scenarios {

struct TrainTest {
  Dataset train;
  Dataset test;  // held out
};

// Draws synthetic data by the seed, or reads the files of `spec` (gzip files are recognised by
// their content), permutes the rows by the seed (or split_seed), holds out test_fraction of them
// (or takes test_file as it is) and transforms the features. IDX and CSV data are dense; LIBSVM
// data are dense if an eighth of their values are not zero. Statistics of a transform come from the
// training part alone.
Result<TrainTest> load_dataset(const DataSpec& spec, std::uint64_t seed);

// Errors if the learner of the job cannot use these data.
std::vector<InputError> check_dataset(const JobSpec& job, const Dataset& train);

}  // namespace psgrid::scenarios
