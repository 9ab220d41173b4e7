#include "scenarios/explore/campaign.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>
#include <sys/resource.h>

#include "scenarios/cli/backend.hpp"
#include "scenarios/cli/children.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/job_files.hpp"

namespace psgrid::scenarios {

analysis::Trail run_audited(const RunSpec& run, std::size_t messages) {
  const Result<std::shared_ptr<const Job>> job = load_job(run);
  analysis::TrailRecorder recorder(run, nullptr, messages);
  const double end = audit_ends_s(run);
  run_job(*job, recorder, {.backend = Backend::kSim, .keep_going = [end](Time now, std::uint64_t) {
                             return now.seconds < end;
                           }});
  return recorder.finish();
}

namespace {

// A run that goes round in circles must not hold up the others.
void limit_processor_time() {
  constexpr rlim_t kSeconds = 30;
  const rlimit limit{kSeconds, kSeconds};
  setrlimit(RLIMIT_CPU, &limit);
}

// The last line that it wrote, which says why it ended.
std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.find_last_of('\n') + 1);
}

Outcome outcome_of(const ChildEnd& end) {
  if (end.exit_code == kDone && !end.result.empty()) return outcome_of_text(end.result);
  Outcome outcome;
  if (!end.ran) return outcome;
  outcome.verdict = Verdict::kBroken;
  const std::string why = !end.message.empty() ? end.message : last_line(end.errors);
  outcome.broken = {end.exit_code < 0
                        ? fmt::format("the run was ended by signal {}: {}", -end.exit_code, why)
                        : fmt::format("the run ended with exit code {}: {}", end.exit_code, why)};
  outcome.promises = {"(none: a broken invariant)"};
  return outcome;
}

}  // namespace

std::vector<Outcome> explore_all(std::size_t runs, const std::function<RunSpec(std::size_t)>& run,
                                 unsigned at_once,
                                 const std::function<void(std::size_t, const Outcome&)>& on_end) {
  std::vector<Outcome> outcomes(runs);
  run_children(runs,
               [&](std::size_t number, ChildReport& report) {
                 limit_processor_time();
                 report.give(to_text(judge(run_audited(run(number)))));
                 return kDone;
               },
               {.at_once = at_once,
                .captures_errors = true,
                .on_end = [&](std::size_t number, const ChildEnd& end) {
                  outcomes[number] = outcome_of(end);
                  on_end(number, outcomes[number]);
                }});
  return outcomes;
}

void Tallied::add(const Outcome& outcome) {
  ++runs;
  kept += outcome.verdict == Verdict::kKept;
  broken += outcome.verdict == Verdict::kBroken;
  unknown += outcome.verdict == Verdict::kUnknown;
  acknowledged += outcome.acknowledged;
  acknowledged_under_faults += outcome.acknowledged_under_faults;
  virtual_s += outcome.virtual_s;
  for (const auto& [kind, count] : outcome.faults) faults[kind] += count;
  for (const auto& [what, count] : outcome.situations) situations[what] += count;
  for (const auto& [what, count] : outcome.notes) notes[what] += count;
  for (const std::string& promise : outcome.promises) ++promises[promise];
}

}  // namespace psgrid::scenarios
