// A job whose weights count: each gradient that is applied adds exactly 1 to every weight (for up
// to 2^24 of them), so a lost or repeated update shows in the values.
#pragma once

#include <cstdint>
#include <memory>

#include "model/job.hpp"

namespace psgrid::testing {

// One table of `keys` keys, 1 value each, in equal ranges on the servers. Gradients are all ones
// and cost 1 s; servers cost nothing. Under summing models an iteration adds `workers` to each
// weight. workers: a power of two, for exact arithmetic.
RunSpec counting_run(std::uint32_t workers, std::uint32_t servers, std::uint32_t iterations,
                     const ConsistencySpec& consistency = {});

// The same where nodes fail and come back: replicated, failures noticed within 0.1 s, requests
// repeated, and uneven computations of 0.02 s in the mean.
RunSpec failing_counting_run(std::uint32_t workers, std::uint32_t servers, std::uint32_t iterations,
                             const ConsistencySpec& consistency, std::uint32_t factor);

std::shared_ptr<const Job> counting_job(RunSpec spec, std::uint64_t keys = 4);

}  // namespace psgrid::testing
