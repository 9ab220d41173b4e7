#include "model/portable_math.hpp"

#include <cmath>
#include <limits>

#include <Eigen/Core>

namespace psgrid {
namespace {

// Eigen evaluates an expression into exactly one packet by its SSE2 kernel, in every build type.
// It would call the C library for a single element of the expression, and for the rest of arrays
// of other sizes; hence each result goes through a Packet.
using Packet = Eigen::Array<double, 2, 1>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// sin and cos on [-pi/4, pi/4]; coefficients of FreeBSD's msun k_sin.c and k_cos.c.
double sin_near_zero(double x) {
  const double z = x * x;
  const double r = 8.33333333332248946124e-03 +
                   z * (-1.98412698298579493134e-04 +
                        z * (2.75573137070700676789e-06 +
                             z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)));
  return x + z * x * (-1.66666666666666324348e-01 + z * r);
}

double cos_near_zero(double x) {
  const double z = x * x;
  const double r =
      z * (4.16666666666666019037e-02 +
           z * (-1.38888888888741095749e-03 +
                z * (2.48015872894767294178e-05 +
                     z * (-2.75573143513906633035e-07 +
                          z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
  return 1 - (0.5 * z - z * r);
}

}  // namespace

double portable_exp(double x) {
  if (x > 709.78) return kInfinity;
  if (x < -708.39) return 0;
  const Packet result = Packet::Constant(x).exp();
  return result[0];
}

double portable_log(double x) {
  const Packet result = Packet::Constant(x).log();
  return result[0];
}

// Kahan's correction: the error of 1 + x cancels in the quotient.
double portable_log1p(double x) {
  const double sum = 1 + x;
  if (sum == 1) return x;
  if (sum == kInfinity) return sum;
  return portable_log(sum) * (x / (sum - 1));
}

double portable_pow(double base, double exponent) {
  return portable_exp(exponent * portable_log(base));
}

double portable_cos(double x) {
  constexpr double kHalfPi = 1.5707963267948966;
  int quadrant = 0;
  const double rest = std::remquo(x, kHalfPi, &quadrant);  // exact, so no library can differ
  switch (static_cast<unsigned>(quadrant) % 4) {
    case 0:
      return cos_near_zero(rest);
    case 1:
      return -sin_near_zero(rest);
    case 2:
      return -cos_near_zero(rest);
    default:
      return sin_near_zero(rest);
  }
}

double sigmoid(double x) {
  if (x >= 0) return 1 / (1 + portable_exp(-x));
  const double e = portable_exp(x);
  return e / (1 + e);
}

double softplus(double x) {
  return x > 0 ? x + portable_log1p(portable_exp(-x)) : portable_log1p(portable_exp(x));
}

}  // namespace psgrid
