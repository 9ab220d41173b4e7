#include <memory>

#include "model/check.hpp"
#include "model/codes/code.hpp"
#include "model/codes/cyclic_code.hpp"

namespace psgrid {

namespace {

// Groups of workers do the same parts: the first of each group is enough.
class FractionalRepetition final : public Code {
 public:
  FractionalRepetition(std::uint32_t workers, std::uint32_t stragglers)
      : workers_(workers), group_(stragglers + 1) {
    PSGRID_CHECK(workers % group_ == 0, "groups of as many workers");
  }

  std::vector<Part> parts_of(std::uint32_t worker) const override {
    std::vector<Part> parts;
    for (std::uint32_t i = 0; i < group_; ++i) parts.push_back({worker / group_ * group_ + i});
    return parts;
  }

  std::vector<double> decoding(std::span<const std::uint32_t> pieces) const override {
    std::vector<double> decoding;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const bool is_first = i == 0 || pieces[i - 1] / group_ != pieces[i] / group_;
      decoding.push_back(is_first ? 1 : 0);
    }
    return decoding;
  }

  float scale() const override { return 1.0f / static_cast<float>(workers_); }

 private:
  std::uint32_t workers_, group_;
};

class UncodedParts final : public Code {
 public:
  UncodedParts(std::uint32_t workers, std::uint32_t redundancy)
      : workers_(workers), redundancy_(redundancy) {
    PSGRID_CHECK(redundancy > 0 && redundancy <= workers, "each part of different workers");
  }

  std::vector<Part> parts_of(std::uint32_t worker) const override {
    std::vector<Part> parts;
    for (std::uint32_t i = 0; i < redundancy_; ++i) parts.push_back({(worker + i) % workers_});
    return parts;
  }

  std::uint32_t piece(std::uint32_t worker, std::uint32_t push) const override {
    return (worker + push) % workers_;
  }

  std::vector<double> decoding(std::span<const std::uint32_t> pieces) const override {
    return std::vector<double>(pieces.size(), 1);
  }

  float scale() const override { return 1.0f / static_cast<float>(workers_); }

 private:
  std::uint32_t workers_, redundancy_;
};

}  // namespace

std::unique_ptr<Code> make_gradient_code(GradientCodeType type, std::uint32_t workers,
                                         std::uint32_t stragglers) {
  if (type == GradientCodeType::kCyclic) return std::make_unique<CyclicCode>(workers, stragglers);
  return std::make_unique<FractionalRepetition>(workers, stragglers);
}

std::unique_ptr<Code> make_uncoded_parts(std::uint32_t workers, std::uint32_t redundancy) {
  return std::make_unique<UncodedParts>(workers, redundancy);
}

}  // namespace psgrid
