#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/front.hpp"
#include "scenarios/cli/interrupt.hpp"
#include "scenarios/cli/progress.hpp"
#include "scenarios/explore/campaign.hpp"

namespace psgrid::scenarios {

namespace {

constexpr std::size_t kShownFailures = 1000;

std::string replay_command(const ExploreOptions& options, std::uint64_t seed, std::size_t number) {
  return fmt::format("psgrid explore {} --seed {} --first {} --runs 1{}", options.scenario, seed,
                     number, options.beyond ? " --beyond" : "");
}

void add_counts(std::string& text, const char* title,
                const std::map<std::string, std::uint64_t>& counts) {
  if (counts.empty()) return;
  text += fmt::format("\n{}\n", title);
  for (const auto& [name, count] : counts) text += fmt::format("  {:<40} {:>10}\n", name, count);
}

std::string table(const Tallied& seen) {
  std::string text = fmt::format(
      "runs {}: {} kept every promise, {} broke one, {} unknown\n"
      "acknowledged pushes {}, of these {} while something failed\n"
      "virtual time {:.1f} s\n",
      seen.runs, seen.kept, seen.broken, seen.unknown, seen.acknowledged,
      seen.acknowledged_under_faults, seen.virtual_s);
  add_counts(text, "Faults that took effect", seen.faults);
  add_counts(text, "Situations reached", seen.situations);
  add_counts(text, "Broken promises (runs)", seen.promises);
  // The rule of three: (1 - p)^n = 0.05 has p close to 3 / n.
  if (seen.broken == 0 && seen.kept > 0)
    text += fmt::format(
        "\nNo promise was broken: with 95 % confidence fewer than {:.2g} of such runs break one "
        "(3 / {}).\n",
        3.0 / static_cast<double>(seen.kept), seen.kept);
  return text;
}

// The run as a scenario that `psgrid run` replays and checks; the first failure to write one stays.
analysis::Failure write_run(const ExploreOptions& options, std::size_t number, const RunSpec& run,
                            analysis::Failure before) {
  if (before || options.output.empty()) return before;
  std::error_code error;
  std::filesystem::create_directories(options.output, error);
  const std::string path = fmt::format("{}/run-{}.json", options.output, number);
  std::ofstream file(path);
  file << resolved_json(run, options.output).dump(2) << "\n";
  if (!file.flush()) return analysis::Error{"cannot write " + path};
  return {};
}

}  // namespace

int explore_command(const ExploreOptions& options) {
  const auto scenario = load_with_options(options, false);
  if (!scenario) return kBadInput;
  catch_interrupts();
  const std::uint64_t seed = scenario->base.seed;
  Exploration exploration = scenario->exploration.value_or(Exploration{});
  exploration.keeps_tolerance = !options.beyond;
  const unsigned at_once =
      options.jobs > 0 ? options.jobs : std::max(1u, std::thread::hardware_concurrency());
  ProgressLine line(options.quiet);
  Tallied seen;
  analysis::Failure not_written;
  const auto run_of = [&](std::size_t run) {
    return draw_run(scenario->base, exploration, seed,
                    static_cast<std::uint32_t>(options.first + run));
  };
  const auto outcomes =
      explore_all(options.runs, run_of, at_once, [&](std::size_t run, const Outcome& outcome) {
        seen.add(outcome);
        if (outcome.verdict == Verdict::kBroken && seen.broken <= kShownFailures)
          line.note(fmt::format("run {}: {}\n  {}", options.first + run, outcome.broken.front(),
                                replay_command(options, seed, options.first + run)));
        if (outcome.verdict == Verdict::kBroken || options.runs == 1)
          not_written = write_run(options, options.first + run, run_of(run), not_written);
        if (line.is_due())
          line.show(
              {fmt::format("{}/{} runs", seen.runs, options.runs),
               fmt::format("{} broke a promise", seen.broken),
               fmt::format("{:.0f} runs/s", static_cast<double>(seen.runs) / line.elapsed_s())});
      });
  line.clear();
  if (not_written) return failed(*not_written);
  std::string text;
  if (options.runs == 1)
    for (const std::string& broken : outcomes.front().broken) text += broken + "\n";
  const bool printed = print_result(text + table(seen));
  if (interrupted()) return kInterrupted;
  return printed && seen.broken == 0 ? kDone : kFailed;
}

}  // namespace psgrid::scenarios
