#include "model/learners/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "model/check.hpp"
#include "model/portable_math.hpp"

namespace psgrid {

double area_under_roc(std::span<const float> scores, std::span<const float> labels) {
  PSGRID_CHECK(scores.size() == labels.size(), "one score a label");
  struct Scored {
    float score;
    bool positive;
  };
  std::vector<Scored> sorted;
  sorted.reserve(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const float score = std::isnan(scores[i]) ? -std::numeric_limits<float>::infinity() : scores[i];
    sorted.push_back({score, labels[i] > 0.5f});
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const Scored& a, const Scored& b) { return a.score < b.score; });

  std::uint64_t positives = 0, negatives = 0;
  std::uint64_t half_wins = 0;  // two for a won pair, one for a tie
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::size_t end = begin;
    std::uint64_t tied_positives = 0, tied_negatives = 0;
    for (; end < sorted.size() && sorted[end].score == sorted[begin].score; ++end)
      ++(sorted[end].positive ? tied_positives : tied_negatives);
    half_wins += tied_positives * (2 * negatives + tied_negatives);
    positives += tied_positives;
    negatives += tied_negatives;
    begin = end;
  }
  if (positives == 0 || negatives == 0) return 0.5;
  return static_cast<double>(half_wins) /
         (2 * static_cast<double>(positives) * static_cast<double>(negatives));
}

double root_mean_square_error(std::span<const float> predictions, std::span<const float> labels) {
  PSGRID_CHECK(predictions.size() == labels.size(), "one prediction a label");
  double squares = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double residual = double{predictions[i]} - labels[i];
    squares += residual * residual;
  }
  return labels.empty() ? 0 : std::sqrt(squares / static_cast<double>(labels.size()));
}

double softmax(std::span<float> scores, std::uint32_t label) {
  PSGRID_CHECK(label < scores.size(), "a label below the number of classes");
  const double highest = scores[best_class(scores)];
  const double margin = highest - scores[label];
  double sum = 0;
  for (float& score : scores) {
    const double e = portable_exp(score - highest);
    sum += e;
    score = static_cast<float>(e);
  }
  for (float& score : scores) score = static_cast<float>(score / sum);
  return margin + portable_log(sum);
}

std::uint32_t best_class(std::span<const float> scores) {
  PSGRID_CHECK(!scores.empty(), "at least one class");
  return static_cast<std::uint32_t>(std::max_element(scores.begin(), scores.end()) -
                                    scores.begin());
}

}  // namespace psgrid
