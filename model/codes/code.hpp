// Codes over the workers of a job: which of them do the same work, and how what some of them have
// pushed becomes what all parts together come to.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/job_spec.hpp"

namespace psgrid {

// Immutable; shared by all nodes of a process.
class Code {
 public:
  struct Part {
    std::uint32_t number = 0;  // of the worker whose share it is
    float coefficient = 1;
  };

  virtual ~Code() = default;

  // The parts of an iteration that a worker does, in this order. What it pushes is their gradients,
  // each times its coefficient: added up, or one after the other.
  virtual std::vector<Part> parts_of(std::uint32_t worker) const = 0;

  // What a worker's push is: two of the same piece are equal.
  virtual std::uint32_t piece(std::uint32_t worker, std::uint32_t /*push*/) const { return worker; }

  // Values of a row that come of one value of each push.
  virtual std::uint32_t expansion() const { return 1; }

  // By what these values are multiplied, for each of the pushes: expansion() rows of as many
  // numbers. pieces: rising, and as many as an update is made of.
  virtual std::vector<double> decoding(std::span<const std::uint32_t> pieces) const = 0;

  // By what the sum is multiplied.
  virtual float scale() const = 0;
};

// Gradient coding (Tandon et al., ICML 2017): the sum of all workers' gradients from any
// workers - stragglers of them. Fractional repetition requires that stragglers + 1 divides workers.
std::unique_ptr<Code> make_gradient_code(GradientCodeType type, std::uint32_t workers,
                                         std::uint32_t stragglers);

// Parts that are pushed as they are, one by one, each by `redundancy` workers (Amiri and Gunduz,
// 2018): one piece a part.
std::unique_ptr<Code> make_uncoded_parts(std::uint32_t workers, std::uint32_t redundancy);

}  // namespace psgrid
