#include "scenarios/explore/failure_files.hpp"

#include "analysis/promises/check.hpp"
#include "analysis/promises/sequence.hpp"
#include "scenarios/cli/children.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/explore/campaign.hpp"
#include "scenarios/scenario.hpp"

namespace psgrid::scenarios {

namespace {

constexpr std::size_t kTracedMessages = 20'000;

// As a JSON array of both forms; empty if no promise breaks, or something worse does.
Json sequence_of_child(const RunSpec& run) {
  const auto draw = [&](std::size_t, ChildReport& report) {
    const analysis::Trail trail = run_audited(run, Backend::kSim, kTracedMessages);
    const analysis::BrokenList broken = analysis::check_promises(trail);
    if (broken.empty()) return kFailed;
    const analysis::Sequence sequence = analysis::sequence_of(trail, broken.front());
    report.give(Json{sequence_mermaid(sequence), sequence_svg(sequence)}.dump());
    return kDone;
  };
  const ChildEnd end = run_children(1, draw, {.captures_errors = true}).front();
  return end.exit_code == kDone && end.ran ? Json::parse(end.result) : Json::array();
}

}  // namespace

analysis::Failure write_failure(const analysis::OutputDirectory& directory, const std::string& name,
                                const RunSpec& run, const Outcome& outcome) {
  const Json document = resolved_json(run, directory.path().string());
  if (auto failure = directory.write(name + ".json", document.dump(2) + "\n")) return failure;
  if (!outcome.trail.empty()) {
    if (auto failure = directory.write(name + ".txt", outcome.trail)) return failure;
    if (auto failure = directory.write(name + ".mmd", outcome.mermaid)) return failure;
    return directory.write(name + ".svg", outcome.svg);
  }
  const Json sequence = sequence_of_child(run);
  if (sequence.empty()) return {};
  if (auto failure = directory.write(name + ".mmd", sequence[0].get<std::string>())) return failure;
  return directory.write(name + ".svg", sequence[1].get<std::string>());
}

}  // namespace psgrid::scenarios
