#include "scenarios/cli/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace psgrid::scenarios {

namespace {

constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::chrono::seconds kPlain{5};

std::string short_time(double seconds) {
  if (seconds < 100) return fmt::format("{:.3g} s", seconds);
  if (seconds < 6000) return fmt::format("{:.3g} min", seconds / 60);
  return fmt::format("{:.3g} h", seconds / 3600);
}

std::string short_rate(double per_second) {
  if (per_second >= 1e6) return fmt::format("{:.2f} M events/s", per_second / 1e6);
  return fmt::format("{:.0f} k events/s", per_second / 1e3);
}

int terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100;
}

}  // namespace

std::optional<double> fraction_done(const StopSpec& stop, const RunProgress& progress) {
  std::optional<double> fraction;
  const auto consider = [&](double part) { fraction = std::max(fraction.value_or(0), part); };
  if (stop.iterations) consider(progress.iteration / *stop.iterations);
  if (stop.time) consider(progress.virtual_time_s / stop.time->seconds);
  return fraction;
}

std::string describe(const StopSpec& stop, const RunProgress& progress) {
  std::string text = short_time(progress.virtual_time_s) + " virtual";
  text += fmt::format("  iteration {:.0f}", progress.iteration);
  if (stop.iterations) text += fmt::format("/{}", *stop.iterations);
  if (progress.loss >= 0) text += fmt::format("  loss {:.4f}", progress.loss);
  if (progress.wall_s > 0)
    text += "  " + short_rate(static_cast<double>(progress.events) / progress.wall_s);
  return text;
}

ProgressLine::ProgressLine(bool quiet)
    : quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0), started_(Clock::now()) {
  next_ = started_ + (terminal_ ? Clock::duration(kRedraw) : Clock::duration(kPlain));
}

ProgressLine::~ProgressLine() { clear(); }

bool ProgressLine::is_due() const { return !quiet_ && Clock::now() >= next_; }

void ProgressLine::show(const std::string& text, std::optional<double> fraction) {
  if (!is_due()) return;
  next_ = Clock::now() + (terminal_ ? Clock::duration(kRedraw) : Clock::duration(kPlain));
  std::string line = text;
  if (fraction && *fraction > 0.01) {
    const std::chrono::duration<double> elapsed = Clock::now() - started_;
    const double left = elapsed.count() * (1 - *fraction) / *fraction;
    line += fmt::format("  {:.0f} %, {} left", 100 * *fraction, short_time(std::max(0.0, left)));
  }
  if (!terminal_) {
    fmt::print(stderr, "{}\n", line);
    return;
  }
  const auto columns = static_cast<std::size_t>(terminal_columns() - 1);
  if (line.size() > columns) line.resize(columns);
  fmt::print(stderr, "\r\033[K{}", line);
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressLine::note(const std::string& text) {
  if (quiet_) return;
  clear();
  fmt::print(stderr, "{}\n", text);
}

void ProgressLine::clear() {
  if (!drawn_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace psgrid::scenarios
