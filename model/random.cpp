#include "model/random.hpp"

#include <cmath>

#include <Random123/philox.h>

#include "model/check.hpp"
#include "model/portable_math.hpp"

namespace psgrid {
namespace {

// Finalizer of splitmix64 (Steele, Lea, Flood 2014): a bijection, so seeds never collide.
std::uint64_t mix(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, NodeId node, Purpose purpose,
                           std::uint32_t substream)
    : key_(mix(seed)),
      rank_(node.rank),
      substream_(substream),
      role_and_purpose_(static_cast<std::uint16_t>((static_cast<unsigned>(node.role) << 12) |
                                                   static_cast<unsigned>(purpose))) {
  PSGRID_CHECK(static_cast<unsigned>(purpose) < (1u << 12), "a purpose of at most 12 bits");
}

std::uint64_t RandomStream::bits_at(std::uint64_t n) const {
  PSGRID_CHECK(n < kLength, "a place within the stream");
  const std::uint64_t block = n / 2;  // a block of 128 bits makes two numbers
  const r123::Philox4x32::ctr_type counter = {
      {static_cast<std::uint32_t>(block),
       static_cast<std::uint32_t>(block >> 32 << 16) | role_and_purpose_, rank_, substream_}};
  const r123::Philox4x32::key_type key = {
      {static_cast<std::uint32_t>(key_), static_cast<std::uint32_t>(key_ >> 32)}};
  const r123::Philox4x32::ctr_type out = r123::Philox4x32()(counter, key);
  const std::size_t half = n % 2 * 2;
  return std::uint64_t{out[half + 1]} << 32 | out[half];
}

double RandomStream::uniform_at(std::uint64_t n) const {
  return (static_cast<double>(bits_at(n) >> 12) + 0.5) * 0x1p-52;
}

// Lemire, "Fast random integer generation in an interval", TOMACS 2019.
std::uint64_t RandomStream::below(std::uint64_t bound) {
  PSGRID_CHECK(bound > 0, "a positive bound");
  __extension__ typedef unsigned __int128 Wide;
  Wide product = Wide{bits()} * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t threshold = -bound % bound;
    while (static_cast<std::uint64_t>(product) < threshold) product = Wide{bits()} * bound;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double RandomStream::exponential(double rate) { return -portable_log(uniform()) / rate; }

double RandomStream::normal() {
  constexpr double kTwoPi = 6.283185307179586;
  const double radius = std::sqrt(-2 * portable_log(uniform()));
  return radius * portable_cos(kTwoPi * uniform());
}

}  // namespace psgrid
