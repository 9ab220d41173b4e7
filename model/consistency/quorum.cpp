#include "model/consistency/models.hpp"

namespace psgrid {

namespace {

// The first gradients to come make an update (Dutta et al., AISTATS 2018; backup workers: Chen et
// al., 2016). Nobody waits for the slowest.
class OfTheFirst final : public Consistency {
 public:
  explicit OfTheFirst(Quorum quorum) : quorum_(quorum) {}

  Clock required(Clock) const override { return {}; }
  bool sums_iterations() const override { return false; }
  std::optional<Quorum> quorum() const override { return quorum_; }

 private:
  Quorum quorum_;
};

}  // namespace

std::unique_ptr<Consistency> make_quorum(Quorum quorum) {
  return std::make_unique<OfTheFirst>(quorum);
}

}  // namespace psgrid
