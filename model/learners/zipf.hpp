// Draws from Zipf's law: item i of 1, ..., n with a probability proportional to i^-skew.
#pragma once

#include <cstdint>

#include "model/random.hpp"

namespace psgrid {

// By rejection from the inverse of the law's integral (Hoermann, Derflinger, TOMACS 1996): no
// table, a little more than one draw an item. skew >= 0.
class Zipf {
 public:
  Zipf(std::uint64_t items, double skew);

  // From 1.
  std::uint64_t draw(RandomStream& random) const;

 private:
  double integral(double x) const;  // of t^-skew from 1 to x
  double inverse(double area) const;
  double density(double x) const;

  double items_, skew_;
  double low_, high_;  // integral at 1.5 less the first item's density, and at items + 0.5
};

}  // namespace psgrid
