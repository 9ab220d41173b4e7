// Elementary functions whose results do not depend on the machine.
//
// The C library picks its exp, log and pow by what the processor offers (with or without fused
// multiply-add), so the last bit differs between machines. These are built from IEEE operations
// only (Eigen's SSE2 packet kernels, or exact arithmetic); see random.hpp for why it matters.
#pragma once

namespace psgrid {

double portable_exp(double x);
double portable_log(double x);    // x > 0
double portable_log1p(double x);  // x > -1
double portable_pow(double base, double exponent);  // base > 0
double portable_cos(double x);    // any x; within 1e-12 for |x| < 1e3

// 1 / (1 + exp(-x)), and log(1 + exp(x)), without overflow.
double sigmoid(double x);
double softplus(double x);

}  // namespace psgrid
