#include "model/codes/code.hpp"
#include "model/codes/mds_code.hpp"
#include "model/consistency/models.hpp"

namespace psgrid {

namespace {

// Updates of all of an iteration's batch, made of what the first workers have pushed.
class Redundant : public Consistency {
 public:
  Redundant(Redundancy redundancy, std::uint32_t pushes)
      : redundancy_(redundancy), quorum_{.gradients = pushes, .fresh = true, .cancels = true} {}

  Clock required(Clock) const override { return {}; }
  bool sums_iterations() const override { return false; }
  std::optional<Quorum> quorum() const override { return quorum_; }
  std::optional<Redundancy> redundancy() const override { return redundancy_; }

 protected:
  const Redundancy redundancy_;

 private:
  const Quorum quorum_;
};

class GradientCoding final : public Redundant {
 public:
  explicit GradientCoding(const ConsistencySpec& spec)
      : Redundant({.workers = spec.gradients + spec.stragglers,
                   .parts = spec.stragglers + 1,
                   .work = spec.stragglers + 1.0},
                  spec.gradients),
        spec_(spec) {}

  std::unique_ptr<Code> make_code() const override {
    return make_gradient_code(spec_.code, redundancy_.workers, spec_.stragglers);
  }

 private:
  const ConsistencySpec spec_;
};

class PartialGradients final : public Redundant {
 public:
  explicit PartialGradients(const ConsistencySpec& spec)
      : Redundant({.workers = spec.gradients, .parts = spec.redundancy, .pushes = spec.redundancy},
                  spec.gradients) {}

  std::unique_ptr<Code> make_code() const override {
    return make_uncoded_parts(redundancy_.workers, redundancy_.parts);
  }
};

// A worker does an n-th of the work if all of them are awaited.
class MdsCoding final : public Redundant {
 public:
  explicit MdsCoding(const ConsistencySpec& spec)
      : Redundant({.workers = spec.gradients + spec.stragglers,
                   .work = 1.0 * (spec.gradients + spec.stragglers) / spec.gradients},
                  spec.gradients),
        stragglers_(spec.stragglers) {}

  std::unique_ptr<Code> make_code() const override {
    return std::make_unique<MdsCode>(redundancy_.workers, stragglers_);
  }

 private:
  const std::uint32_t stragglers_;
};

}  // namespace

std::unique_ptr<Consistency> make_gradient_coding(const ConsistencySpec& spec) {
  return std::make_unique<GradientCoding>(spec);
}

std::unique_ptr<Consistency> make_partial_gradients(const ConsistencySpec& spec) {
  return std::make_unique<PartialGradients>(spec);
}

std::unique_ptr<Consistency> make_mds_coding(const ConsistencySpec& spec) {
  return std::make_unique<MdsCoding>(spec);
}

}  // namespace psgrid
