#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "analysis/promises/broken.hpp"
#include "analysis/promises/situations.hpp"
#include "scenarios/architecture_names.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/front.hpp"
#include "scenarios/cli/interrupt.hpp"
#include "scenarios/cli/progress.hpp"
#include "scenarios/explore/campaign.hpp"
#include "scenarios/explore/failure_files.hpp"
#include "scenarios/explore/shrink_run.hpp"

namespace psgrid::scenarios {

namespace {

constexpr std::size_t kShownFailures = 1000;
constexpr std::size_t kWrittenFailures = 20;

std::string replay_command(const ExploreOptions& options, std::uint64_t seed, std::size_t number) {
  return fmt::format("psgrid explore {} --seed {} --first {} --runs 1{}{}", options.scenario, seed,
                     number, options.beyond ? " --beyond" : "",
                     options.backend == Backend::kSockets ? " --on sockets" : "");
}

void add_counts(std::string& text, const char* title,
                const std::map<std::string, std::uint64_t>& counts) {
  if (counts.empty()) return;
  text += fmt::format("\n{}\n", title);
  for (const auto& [name, count] : counts) text += fmt::format("  {:<50} {:>10}\n", name, count);
}

// In the order in which they are promised to be tried, and also those that were not reached.
std::string rare_situations_text(const Tallied& seen, bool beyond_tolerance) {
  std::string text = "\nRare situations reached\n";
  std::size_t reached = 0, all = 0;
  const auto tell = [&](const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      const auto found = seen.situations.find(name);
      const std::uint64_t count = found == seen.situations.end() ? 0 : found->second;
      text += fmt::format("  {:<50} {:>10}\n", name, count);
      reached += count > 0;
      ++all;
    }
  };
  tell(analysis::rare_situations());
  if (beyond_tolerance) tell(analysis::situations_of_losses());
  text += fmt::format("  {} of {}\n", reached, all);
  if (!beyond_tolerance)
    text += fmt::format("  only with --beyond: {}\n",
                        fmt::join(analysis::situations_of_losses(), ", "));
  return text;
}

std::string table(const Tallied& seen, bool beyond_tolerance, Backend backend) {
  const bool on_sockets = backend == Backend::kSockets;
  std::string text = fmt::format(
      "runs {}: {} kept every promise, {} broke one, {} unknown\n"
      "acknowledged pushes {}, of these {} while something failed\n"
      "{} {:.1f} s\n",
      seen.runs, seen.kept, seen.broken, seen.unknown, seen.acknowledged,
      seen.acknowledged_under_faults, on_sockets ? "time of all runs together" : "virtual time",
      seen.virtual_s);
  if (on_sockets)
    text += fmt::format("not checked on sockets: {}\n",
                        analysis::promise_text(analysis::Promise::kConserved));
  add_counts(text, "Faults that took effect", seen.faults);
  text += rare_situations_text(seen, beyond_tolerance);
  add_counts(text, "Noted by nodes", seen.notes);
  add_counts(text, "Perhaps late as the machine let processes wait (runs)", seen.late);
  add_counts(text, "Broken promises (runs)", seen.promises);
  // The rule of three: (1 - p)^n = 0.05 has p close to 3 / n.
  if (seen.broken == 0 && seen.kept > 0)
    text += fmt::format(
        "\nNo promise was broken: with 95 % confidence fewer than {:.2g} of such runs break one "
        "(3 / {}).\n",
        3.0 / static_cast<double>(seen.kept), seen.kept);
  return text;
}

class Exploring {
 public:
  Exploring(const ExploreOptions& options, const Scenario& scenario,
            const analysis::OutputDirectory& directory)
      : options_(options),
        scenario_(scenario),
        directory_(directory),
        exploration_(scenario.exploration.value_or(Exploration{})),
        runs_(options.runs.value_or(options.backend == Backend::kSim ? 300 : 20)),
        at_once_(options.jobs > 0 ? options.jobs : jobs_by_default(options.backend)),
        line_(options.quiet) {
    exploration_.keeps_tolerance = !options.beyond;
  }

  int run() {
    const auto outcomes = explore_all(
        runs_, [this](std::size_t index) { return drawn(index); }, options_.backend, at_once_,
        [this](std::size_t index, const Outcome& outcome) { on_end(index, outcome); });
    line_.clear();
    std::string text = runs_ == 1 ? lines(outcomes.front().broken) : "";
    if (const auto failure = write_runs(outcomes, text)) return failed(*failure);
    const bool printed = print_result(text + table(seen_, options_.beyond, options_.backend));
    if (interrupted()) return kInterrupted;
    return printed && seen_.broken == 0 ? kDone : kFailed;
  }

 private:
  std::size_t number(std::size_t index) const { return options_.first + index; }
  // On sockets most runs wait for the time to pass.
  static unsigned jobs_by_default(Backend backend) {
    return (backend == Backend::kSim ? 1 : 2) * std::max(1u, std::thread::hardware_concurrency());
  }

  RunSpec drawn(std::size_t index) const {
    RunSpec run = draw_run(scenario_.base, exploration_, scenario_.base.seed,
                           static_cast<std::uint32_t>(number(index)));
    if (options_.backend == Backend::kSockets) allow_for_machine(run);
    return run;
  }

  void on_end(std::size_t index, const Outcome& outcome) {
    seen_.add(outcome);
    if (outcome.verdict == Verdict::kBroken && seen_.broken <= kShownFailures)
      line_.note(fmt::format("run {}: {}\n  {}", number(index), outcome.broken.front(),
                             replay_command(options_, scenario_.base.seed, number(index))));
    if (line_.is_due())
      line_.show(
          {fmt::format("{}/{} runs", seen_.runs, runs_),
           fmt::format("{} broke a promise", seen_.broken),
           fmt::format("{:.0f} runs/s", static_cast<double>(seen_.runs) / line_.elapsed_s())});
  }

  // The first of the runs that broke a promise, made small if that is asked for, which `text` then
  // tells; or the only run, whatever it did.
  analysis::Failure write_runs(const std::vector<Outcome>& outcomes, std::string& text) {
    std::size_t written = 0;
    for (std::size_t index = 0; index < outcomes.size() && !interrupted(); ++index) {
      const bool broke = outcomes[index].verdict == Verdict::kBroken;
      if (written == kWrittenFailures || !(broke || runs_ == 1)) continue;
      if (written++ == 0)
        if (auto failure = directory_.make()) return failure;
      const std::string name = fmt::format("run-{}", number(index));
      RunSpec run = drawn(index);
      if (broke && options_.shrink) {
        const Shrunk shrunk = shrink(run, outcomes[index]);
        text += fmt::format("run {}: {} of {} faults left after {} runs, in {}.json\n{}",
                            number(index), count_faults(shrunk.run), count_faults(run),
                            shrunk.tried, (directory_.path() / name).string(),
                            lines({shrunk.outcome.broken.front()}));
        run = shrunk.run;
      }
      if (auto failure = write_failure(directory_, name, run, outcomes[index])) return failure;
    }
    return {};
  }

  Shrunk shrink(const RunSpec& run, const Outcome& outcome) {
    std::size_t tried = 0;
    const Shrunk shrunk = shrink_run(run, outcome, [&](const std::vector<RunSpec>& runs) {
      tried += runs.size();
      if (line_.is_due()) line_.show({run.name, fmt::format("made small in {} runs", tried)});
      return explore_all(
          runs.size(), [&](std::size_t i) { return runs[i]; }, Backend::kSim, at_once_,
          [](std::size_t, const Outcome&) {});
    });
    line_.clear();
    return shrunk;
  }

  static std::string lines(const std::vector<std::string>& sentences) {
    std::string text;
    for (const std::string& sentence : sentences) text += sentence + "\n";
    return text;
  }

  const ExploreOptions& options_;
  const Scenario& scenario_;
  const analysis::OutputDirectory& directory_;
  Exploration exploration_;
  const std::size_t runs_;
  const unsigned at_once_;
  ProgressLine line_;
  Tallied seen_;
};

}  // namespace

int explore_command(const ExploreOptions& options) {
  if (options.shrink && options.backend == Backend::kSockets) {
    print_error(
        "found --shrink with --on sockets, where no two runs are alike: expected one of "
        "them");
    return kBadInput;
  }
  const auto scenario = load_with_options(options, false);
  if (!scenario) return kBadInput;
  if (!has_parameter_server(scenario->base.architecture)) {
    print_error("only parameter servers are explored, found the architecture \"" +
                architecture_name(scenario->base.architecture.type) + "\"");
    return kBadInput;
  }
  const auto directory = plan_output(options, *scenario);
  if (!directory) return kBadInput;
  catch_interrupts();
  return Exploring(options, *scenario, *directory).run();
}

}  // namespace psgrid::scenarios
