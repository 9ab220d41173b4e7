// Straggler models that draw an independent factor for each computation, and the constant one.
//
// Each inverts its distribution function at one uniform number U, which has the same law as 1 - U.
#pragma once

#include <cstdint>

#include "model/portable_math.hpp"
#include "model/stragglers/straggler.hpp"

namespace psgrid {

class PersistentStraggler : public Straggler {
 public:
  explicit PersistentStraggler(const StragglerSpec& spec) : factor_(spec.factor) {}
  double factor(NodeId, std::uint64_t, Time) const override { return factor_; }

 private:
  double factor_;
};

// A law given by a function from U to the factor.
class DrawnStraggler : public Straggler {
 public:
  explicit DrawnStraggler(StragglerDraws draws) : draws_(draws) {}
  double factor(NodeId node, std::uint64_t index, Time) const final {
    return quantile(draws_.uniform(node, index));
  }

  // Strictly monotone in u, 0 < u < 1 (two_point: monotone).
  virtual double quantile(double u) const = 0;

 private:
  StragglerDraws draws_;
};

// Exp(rate): mean 1/rate.
class ExponentialStraggler final : public DrawnStraggler {
 public:
  ExponentialStraggler(const StragglerSpec& spec, StragglerDraws draws)
      : DrawnStraggler(draws), rate_(spec.rate) {}
  double quantile(double u) const override { return -portable_log(u) / rate_; }

 private:
  double rate_;
};

// 1 + Exp(rate): nominal work and an exponential tail, mean 1 + 1/rate (Lee et al., "Speeding up
// distributed machine learning using codes", 2018, section II).
class ShiftedExponentialStraggler final : public DrawnStraggler {
 public:
  ShiftedExponentialStraggler(const StragglerSpec& spec, StragglerDraws draws)
      : DrawnStraggler(draws), rate_(spec.rate) {}
  double quantile(double u) const override { return 1 - portable_log(u) / rate_; }

 private:
  double rate_;
};

// P(factor > x) = (minimum / x)^alpha for x >= minimum.
class ParetoStraggler final : public DrawnStraggler {
 public:
  ParetoStraggler(const StragglerSpec& spec, StragglerDraws draws)
      : DrawnStraggler(draws), alpha_(spec.alpha), minimum_(spec.minimum) {}
  double quantile(double u) const override { return minimum_ * portable_pow(u, -1 / alpha_); }

 private:
  double alpha_, minimum_;
};

// P(factor > x) = exp(-(x / scale)^shape).
class WeibullStraggler final : public DrawnStraggler {
 public:
  WeibullStraggler(const StragglerSpec& spec, StragglerDraws draws)
      : DrawnStraggler(draws), shape_(spec.shape), scale_(spec.scale) {}
  double quantile(double u) const override {
    return scale_ * portable_pow(-portable_log(u), 1 / shape_);
  }

 private:
  double shape_, scale_;
};

class UniformStraggler final : public DrawnStraggler {
 public:
  UniformStraggler(const StragglerSpec& spec, StragglerDraws draws)
      : DrawnStraggler(draws), min_(spec.min), max_(spec.max) {}
  double quantile(double u) const override { return min_ + (max_ - min_) * u; }

 private:
  double min_, max_;
};

// `factor` with the given probability, else nominal.
class TwoPointStraggler final : public DrawnStraggler {
 public:
  TwoPointStraggler(const StragglerSpec& spec, StragglerDraws draws)
      : DrawnStraggler(draws), probability_(spec.probability), factor_(spec.factor) {}
  double quantile(double u) const override { return u < probability_ ? factor_ : 1; }

 private:
  double probability_, factor_;
};

}  // namespace psgrid
