#include "scenarios/cli/progress.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "analysis/number_format.hpp"

namespace psgrid::scenarios {

namespace {

constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::chrono::seconds kPlainFirst{5}, kPlainMax{60};
constexpr double kSettlingS = 3;  // of the countdown

bool is_terminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

// One less than there are: some terminals wrap as soon as the last is written.
std::size_t terminal_columns() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return known ? size.ws_col - 1u : 79u;
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::size_t width(std::string_view text) {
  return text.size() - std::count_if(text.begin(), text.end(), continues_character);
}

// Failures are ignored: whoever stops reading the progress still gets the results.
void write_error_stream(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

std::optional<double> fraction_done(const StopSpec& stop, const RunProgress& progress) {
  std::optional<double> fraction;
  const auto consider = [&](double part) { fraction = std::max(fraction.value_or(0), part); };
  if (stop.iterations) consider(progress.iteration / *stop.iterations);
  if (stop.time) consider(progress.virtual_time_s / stop.time->seconds);
  if (fraction) fraction = std::min(*fraction, 1.0);
  return fraction;
}

std::vector<std::string> describe(const StopSpec& stop, const RunProgress& progress) {
  std::vector<std::string> parts;
  if (stop.iterations) {
    const std::string all = std::to_string(*stop.iterations);
    parts.push_back(
        fmt::format("iteration {:{}.0f}/{}", std::floor(progress.iteration), all.size(), all));
  } else {
    parts.push_back(fmt::format("iteration {:.0f}", std::floor(progress.iteration)));
  }
  parts.push_back(analysis::human_seconds(progress.virtual_time_s) + " virtual");
  if (progress.loss >= 0) parts.push_back(fmt::format("loss {:.4f}", progress.loss));
  return parts;
}

std::string rate_text(double events_per_s) {
  if (events_per_s >= 1e6) return fmt::format("{:.2f}M events/s", events_per_s / 1e6);
  if (events_per_s >= 1e4) return fmt::format("{:.0f}k events/s", events_per_s / 1e3);
  return fmt::format("{:.0f} events/s", events_per_s);
}

std::string left_text(double left_s, bool at_most) {
  const double whole = std::max(1.0, std::ceil(left_s));
  return (at_most ? "max " : "") + analysis::human_seconds(whole) + " left";
}

std::string fitted(const std::vector<std::string>& parts, std::size_t columns) {
  std::string line;
  std::size_t used = 0;
  for (const std::string& part : parts) {
    const std::size_t needed = width(part) + (line.empty() ? 0 : 2);
    if (!line.empty() && used + needed > columns) break;
    if (!line.empty()) line += "  ";
    line += part;
    used += needed;
  }
  while (width(line) > columns) {
    while (continues_character(line.back())) line.pop_back();
    line.pop_back();
  }
  return line;
}

double Countdown::steadied(double now_s, double left_s) {
  const double estimate = now_s + left_s;
  if (!end_s_) end_s_ = estimate;
  *end_s_ += (estimate - *end_s_) * (1 - std::exp((last_s_ - now_s) / kSettlingS));
  last_s_ = now_s;
  return std::max(0.0, *end_s_ - now_s);
}

ProgressLine::ProgressLine(bool quiet)
    : quiet_(quiet), terminal_(is_terminal()), started_(Clock::now()) {
  interval_ = terminal_ ? Clock::duration(kRedraw) : Clock::duration(kPlainFirst);
  next_ = started_ + interval_;
}

ProgressLine::~ProgressLine() { clear(); }

bool ProgressLine::is_due() const { return !quiet_ && Clock::now() >= next_; }

void ProgressLine::show(const std::vector<std::string>& parts) {
  if (!is_due()) return;
  if (terminal_) {
    write_error_stream("\r\033[K" + fitted(parts, terminal_columns()));
    drawn_ = true;
  } else {
    write_error_stream(fitted(parts, std::string::npos) + "\n");
    interval_ = std::min<Clock::duration>(2 * interval_, kPlainMax);
  }
  next_ = Clock::now() + interval_;
}

void ProgressLine::note(const std::string& text) {
  clear();
  write_error_stream(text + "\n");
}

void ProgressLine::clear() {
  if (!drawn_) return;
  write_error_stream("\r\033[K");
  drawn_ = false;
}

double ProgressLine::elapsed_s() const {
  return std::chrono::duration<double>(Clock::now() - started_).count();
}

}  // namespace psgrid::scenarios
