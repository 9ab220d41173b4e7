// How long a comparison will still take.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace psgrid::scenarios {

// Judges runs by those of the same group that have ended, else by how far they or others of their
// group are, else by all others. Times are seconds since any fixed moment.
class Forecast {
 public:
  // group[job]: runs of the same group take about equally long.
  Forecast(std::vector<std::size_t> group, unsigned at_once);

  void on_start(std::size_t job, double now_s);
  void on_progress(std::size_t job, double fraction);
  void on_end(std::size_t job, double now_s);

  // Nothing as long as there is too little to go by.
  std::optional<double> left_s(double now_s) const;

 private:
  struct Run {
    std::optional<double> started_s, ended_s;
    double fraction = 0;
  };
  // Of all ended runs, or those of one group.
  std::optional<double> mean_duration_s(std::optional<std::size_t> group) const;
  std::optional<double> by_fraction_s(const Run& run, double now_s) const;
  std::optional<double> duration_s(std::size_t job, double now_s) const;

  std::vector<std::size_t> group_;
  unsigned at_once_;
  std::vector<Run> runs_;
};

}  // namespace psgrid::scenarios
