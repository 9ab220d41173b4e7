// Quality of predictions on held-out data.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace psgrid {

// Area under the ROC curve: the share of (positive, negative) pairs in which the positive has the
// higher score, ties counting one half. Exact. labels are 0 or 1; 0.5 if either class is absent.
// A score that is not a number ranks below all others.
double area_under_roc(std::span<const float> scores, std::span<const float> labels);

// Root of the mean squared difference; 0 for no examples.
double root_mean_square_error(std::span<const float> predictions, std::span<const float> labels);

// Turns the scores of one example (one a class) into probabilities (softmax) in place, and
// returns the loss: minus the logarithm of the probability of class `label`.
double softmax(std::span<float> scores, std::uint32_t label);

// The class with the highest score, the first of equals.
std::uint32_t best_class(std::span<const float> scores);

}  // namespace psgrid
