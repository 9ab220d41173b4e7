#include "scenarios/explore/campaign.hpp"

#include <csignal>
#include <memory>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <sys/resource.h>

#include "analysis/promises/check.hpp"
#include "analysis/promises/sequence.hpp"
#include "analysis/promises/trail_text.hpp"
#include "scenarios/cli/children.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/interrupt.hpp"
#include "scenarios/cli/job_files.hpp"

namespace psgrid::scenarios {

analysis::Trail run_audited(const RunSpec& run, Backend backend, std::size_t messages) {
  const Result<std::shared_ptr<const Job>> job = load_job(run);
  const bool on_sockets = backend == Backend::kSockets;
  analysis::TrailRecorder recorder(run, nullptr, messages, on_sockets);
  const double end = audit_ends_s(run);
  const BackendEnd ended =
      run_job(*job, recorder, {.backend = backend, .keep_going = [=](Time now, std::uint64_t) {
                                 return now.seconds < end && !(on_sockets && interrupted());
                               }});
  if (!ended.began) throw NotRun{ended.failure};
  if (on_sockets && interrupted()) throw NotRun{"interrupted"};
  if (on_sockets && ended.status == analysis::RunStatus::kFailed)
    throw std::runtime_error(ended.failure);
  return recorder.finish();
}

namespace {

// Of a run that cannot be repeated, all that is known is kept.
void add_evidence(const analysis::Trail& trail, Outcome& outcome) {
  const analysis::BrokenList broken = analysis::check_promises(trail);
  if (broken.empty()) return;
  const analysis::Sequence sequence = analysis::sequence_of(trail, broken.front());
  outcome.mermaid = analysis::sequence_mermaid(sequence);
  outcome.svg = analysis::sequence_svg(sequence);
  outcome.trail = analysis::trail_text(trail);
}

Outcome run_and_judge(const RunSpec& run, Backend backend) {
  const std::string why = unsupported(backend, run);
  constexpr std::size_t kTracedMessages = 20'000;
  const bool repeats = backend == Backend::kSim;
  try {
    if (!why.empty()) throw NotRun{why};
    const analysis::Trail trail = run_audited(run, backend, repeats ? 0 : kTracedMessages);
    Outcome outcome = judge(trail);
    if (!repeats) add_evidence(trail, outcome);
    return outcome;
  } catch (const NotRun& not_run) {
    Outcome outcome;
    outcome.notes["not run: " + not_run.why] = 1;
    return outcome;
  }
}

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
  if (!end.ran || (interrupted() && end.exit_code == -SIGTERM)) return outcome;
  outcome.verdict = Verdict::kBroken;
  std::string why = end.message;
  if (const std::string said = last_line(end.errors); !said.empty())
    why += (why.empty() ? "" : ": ") + said;
  outcome.broken = {end.exit_code < 0
                        ? fmt::format("the run was ended by signal {}: {}", -end.exit_code, why)
                        : fmt::format("the run ended with exit code {}: {}", end.exit_code, why)};
  outcome.promises = {"(none: a broken invariant)"};
  return outcome;
}

}  // namespace

std::vector<Outcome> explore_all(std::size_t runs, const std::function<RunSpec(std::size_t)>& run,
                                 Backend backend, unsigned at_once,
                                 const std::function<void(std::size_t, const Outcome&)>& on_end) {
  std::vector<Outcome> outcomes(runs);
  run_children(runs,
               [&](std::size_t number, ChildReport& report) {
                 limit_processor_time();
                 report.give(to_text(run_and_judge(run(number), backend)));
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
  for (const std::string& promise : outcome.late) ++late[promise];
}

}  // namespace psgrid::scenarios
