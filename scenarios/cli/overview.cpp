#include "scenarios/cli/overview.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include "scenarios/cli/commands.hpp"

namespace psgrid::scenarios {

namespace {

std::vector<std::size_t> variants_of(const std::vector<Overview::Run>& runs) {
  std::vector<std::size_t> variants;
  for (const Overview::Run& run : runs) variants.push_back(run.variant);
  return variants;
}

std::string cause(const ChildEnd& end) {
  if (!end.message.empty()) return end.message;
  if (end.exit_code == -SIGKILL) return "killed, perhaps for want of memory";
  if (end.exit_code < 0) return fmt::format("ended by a signal: {}", strsignal(-end.exit_code));
  return fmt::format("exit code {}", end.exit_code);
}

}  // namespace

Overview::Overview(std::vector<Run> runs, unsigned at_once, bool quiet)
    : runs_(std::move(runs)),
      progress_(runs_.size()),
      forecast_(variants_of(runs_), at_once),
      line_(quiet) {
  at_most_ = std::any_of(runs_.begin(), runs_.end(),
                         [](const Run& run) { return run.stop.target_loss.has_value(); });
}

void Overview::on_start(std::size_t run) {
  running_.insert(run);
  forecast_.on_start(run, line_.elapsed_s());
}

void Overview::on_progress(std::size_t run, const RunProgress& progress) {
  progress_[run] = progress;
  forecast_.on_progress(run, fraction_done(runs_[run].stop, progress).value_or(0));
  show();
}

void Overview::on_end(std::size_t run, const ChildEnd& end) {
  ++ended_;
  running_.erase(run);
  forecast_.on_end(run, line_.elapsed_s());
  if (end.exit_code != kDone && end.exit_code != kInterrupted)
    line_.note("psgrid: " + runs_[run].name + " failed: " + cause(end));
  show();
}

void Overview::show() {
  if (!line_.is_due()) return;
  std::vector<std::string> parts = {fmt::format("{}/{} runs", ended_, runs_.size())};
  const double now_s = line_.elapsed_s();
  if (const auto left_s = forecast_.left_s(now_s))
    parts.push_back(left_text(countdown_.steadied(now_s, *left_s), at_most_));
  if (!running_.empty()) {
    // The one under way for longest, so that the line follows one run to its end.
    const std::size_t shown = *running_.begin();
    std::vector<std::string> details = describe(runs_[shown].stop, progress_[shown]);
    details.front() = runs_[shown].name + ": " + details.front();
    parts.insert(parts.end(), details.begin(), details.end());
    double events_per_s = 0;
    for (const std::size_t run : running_)
      if (progress_[run].wall_s > 0)
        events_per_s += static_cast<double>(progress_[run].events) / progress_[run].wall_s;
    parts.push_back(rate_text(events_per_s));
  }
  line_.show(parts);
}

}  // namespace psgrid::scenarios
