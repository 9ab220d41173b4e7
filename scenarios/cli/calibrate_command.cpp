#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "real/calibrate.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/front.hpp"

namespace psgrid::scenarios {

namespace {

using Json = nlohmann::ordered_json;

// To three digits: more would be noise.
double rounded(double value) { return std::stod(fmt::format("{:.3g}", value)); }

// The speed of a host is that of the slowest learner's gradient: the one the rest is relative to.
Json cluster_block(const real::Calibration& measured) {
  double flops = measured.learners.front().flops_per_s;
  for (const auto& learner : measured.learners) flops = std::min(flops, learner.flops_per_s);
  return {{"cluster",
           {{"host", {{"flops", rounded(flops)}, {"cores", 1}}},
            {"network",
             {{"topology", "star"},
              {"bandwidth", rounded(measured.bandwidth)},
              {"latency", rounded(measured.latency_s)}}},
            {"costs",
             {{"apply_flops_per_value", rounded(measured.apply_s_per_value * flops)},
              {"serve_flops_per_value", rounded(measured.serve_s_per_value * flops)},
              {"message_flops", rounded(measured.message_s * flops)}}}}}};
}

void print_measured(const real::Calibration& measured) {
  fmt::print(stderr, "small message, one way    {:.1f} us\n", measured.latency_s * 1e6);
  fmt::print(stderr, "large pushes              {:.2f} GB/s\n", measured.bandwidth / 1e9);
  fmt::print(stderr, "a server's time a push    {:.2f} us\n", measured.message_s * 1e6);
  fmt::print(stderr, "applying a value          {:.2f} ns\n", measured.apply_s_per_value * 1e9);
  fmt::print(stderr, "serving a value           {:.2f} ns\n", measured.serve_s_per_value * 1e9);
  for (const auto& learner : measured.learners)
    fmt::print(stderr, "gradient, {:<21} {:.2f} Gf/s\n", learner.learner,
               learner.flops_per_s / 1e9);
}

}  // namespace

int calibrate_command(const CalibrateOptions& options) {
  real::Calibration measured;
  try {
    measured = real::calibrate([&](const std::string& what) {
      if (!options.quiet) fmt::print(stderr, "measuring {}\n", what);
    });
  } catch (const std::exception& error) {
    print_error(error.what());
    return kFailed;
  }
  if (!options.quiet) print_measured(measured);
  const std::string block = cluster_block(measured).dump(2) + "\n";
  if (options.output.empty()) return print_result(block) ? kDone : kFailed;
  std::ofstream file(options.output, std::ios::binary);
  file << block;
  file.close();
  if (file) return kDone;
  print_error(options.output + ": cannot be written");
  return kFailed;
}

}  // namespace psgrid::scenarios
