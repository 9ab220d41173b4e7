// The l1-penalised logistic regression as a plain program minimises it.
#pragma once

#include <span>
#include <vector>

#include "model/dataset.hpp"

namespace psgrid {

// Mean over the rows of log(1 + exp(z)) - y z, z = w . x, plus l1 |w|. No bias.
double l1_objective(const Dataset& sparse, std::span<const float> weights, double l1);

// Its derivative without the penalty.
std::vector<double> mean_derivative(const Dataset& sparse, std::span<const float> weights);

// By how much weights fall short of the optimality conditions: the largest of |g_j + l1 sign(w_j)|
// over weights that are not 0, and of |g_j| - l1 over the others.
double kkt_violation(const Dataset& sparse, std::span<const float> weights, double l1);

// The objective that accelerated proximal gradient (Beck, Teboulle, 2009) reaches in so many
// rounds, in double precision and with no blocks.
double least_objective(const Dataset& sparse, double l1, int rounds);

}  // namespace psgrid
