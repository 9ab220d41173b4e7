// Messages a second of psgrid beside two bare SimGrid programs that exchange the same messages
// without any logic, in the same run. Times are processor time: on a busy machine ratios hold.
// Exits with 1 if a bar is missed.

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "tests/benchmarks/bare_actors.hpp"
#include "tests/benchmarks/bare_windowed.hpp"
#include "tests/benchmarks/in_child.hpp"
#include "tests/benchmarks/psgrid_pattern.hpp"

namespace psgrid::benchmarks {
namespace {

constexpr double kTimesActorsMin = 20;         // the fastest kind of sharing, at the larger size
constexpr double kTimesBareWindowedMin = 0.5;  // windowed, at the larger size

struct Size {
  const char* name;
  Pattern pattern;
};
const Size kSmall = {"256x8",
                     {.workers = 256, .servers = 8, .message_bytes = 1'000'000, .rounds = 3}};
const Size kLarge = {"1024x16",
                     {.workers = 1024, .servers = 16, .message_bytes = 1'000'000, .rounds = 3}};

struct Program {
  const char* name;
  std::function<BareResult(const Pattern&)> run;
};
const Program kActors = {"bare_actors", run_bare_actors};
const Program kBareWindowed = {"bare_windowed", run_bare_windowed};

Program psgrid_with(const char* name, Sharing sharing) {
  return {name, [sharing](const Pattern& pattern) { return run_psgrid(pattern, sharing); }};
}
const Program kFluid = psgrid_with("psgrid_fluid", Sharing::kFluid);
const Program kWindowed = psgrid_with("psgrid_windowed", Sharing::kWindowed);
const Program kAnalytic = psgrid_with("psgrid_analytic", Sharing::kAnalytic);

// Messages a second of every measurement, by program and size.
std::map<std::pair<std::string, std::string>, std::vector<double>> measured;

void measure(benchmark::State& state, const Program& program, const Size& size) {
  for (auto _ : state) {
    const BareResult result = run_in_child([&] { return program.run(size.pattern); });
    state.SetIterationTime(result.cpu_seconds);
    measured[{program.name, size.name}].push_back(result.messages_per_second());
    state.counters["messages"] = static_cast<double>(result.messages);
    state.counters["messages/s"] = result.messages_per_second();
    state.counters["virtual_s/round"] =
        result.virtual_seconds / static_cast<double>(size.pattern.rounds);
  }
}

void add(const Program& program, const Size& size) {
  benchmark::RegisterBenchmark((std::string(program.name) + "/" + size.name).c_str(),
                               [&](benchmark::State& state) { measure(state, program, size); })
      ->Iterations(1)
      ->Repetitions(3)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

// 0 if it was filtered out.
double median(const Program& program, const Size& size) {
  auto& values = measured[{program.name, size.name}];
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Prints how many times as fast, and whether that is enough.
bool compare(const Program& program, const Program& baseline, const Size& size, double bar) {
  const double fast = median(program, size), base = median(baseline, size);
  if (fast == 0 || base == 0) return true;
  const bool enough = fast / base >= bar;
  std::printf("%-8s %s / %s = %.2f", size.name, program.name, baseline.name, fast / base);
  if (bar > 0) std::printf("  (at least %g: %s)", bar, enough ? "yes" : "NO");
  std::printf("\n");
  return enough;
}

void add_all() {
  for (const Size* size : {&kSmall, &kLarge})
    for (const Program* program : {&kActors, &kBareWindowed, &kWindowed, &kAnalytic})
      add(*program, *size);
  add(kFluid, kSmall);
}

bool report() {
  bool enough = true;
  for (const Size* size : {&kSmall, &kLarge}) {
    const bool large = size == &kLarge;
    enough &= compare(kAnalytic, kActors, *size, large ? kTimesActorsMin : 0);
    enough &= compare(kWindowed, kActors, *size, 0);
    enough &= compare(kWindowed, kBareWindowed, *size, large ? kTimesBareWindowedMin : 0);
  }
  return enough;
}

}  // namespace
}  // namespace psgrid::benchmarks

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  psgrid::benchmarks::add_all();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return psgrid::benchmarks::report() ? 0 : 1;
}
