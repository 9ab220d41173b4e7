// Elementary functions whose results do not depend on the machine.
//
// The C library picks its exp, log and pow by what the processor offers (with or without fused
// multiply-add), so the last bit differs between machines. These are built from IEEE operations
// only (Eigen's SSE2 packet kernels, or exact arithmetic); see random.hpp for why it matters.
#pragma once

namespace psgrid {

double portable_exp(double x);    // 0 below -708.39, where results would be subnormal
double portable_log(double x);    // x > 0 and normal
double portable_log1p(double x);  // x > -1

// base > 0. The relative error grows with the result's exponent: about 1e-16 * |log(result)|.
double portable_pow(double base, double exponent);

// Any finite x; within 1e-12 for |x| < 1e3. In [-1, 1] always.
double portable_cos(double x);

// 1 / (1 + exp(-x)), and log(1 + exp(x)), without overflow.
double sigmoid(double x);
double softplus(double x);

}  // namespace psgrid
