#include "tests/support/quadratic.hpp"

#include <utility>

namespace psgrid::testing {
namespace {

class Quadratic final : public Learner {
 public:
  Quadratic(float curvature, std::shared_ptr<std::vector<float>> read)
      : curvature_(curvature), read_(std::move(read)) {}

  std::vector<Table> tables() const override {
    return {{.name = "w", .id = {0}, .keys = 1, .width = 1, .initial = {}}};
  }
  std::vector<KeySet> keys(const Dataset&, std::span<const std::uint32_t>) override {
    return {KeySet::range(0, 1)};
  }
  Gradient gradient(const Dataset&, std::span<const std::uint32_t>,
                    const std::vector<Section>& weights) override {
    const Section& section = weights.at(0);
    const float w = section.values.data().front();
    read_->push_back(w);
    return {{{section.table, section.keys, Values({quadratic_gradient(curvature_, w)})}}, loss(w)};
  }
  Evaluation evaluate(const Dataset&, const std::vector<Section>& weights) const override {
    const float w = weights.at(0).values.data().front();
    return {.loss = loss(w), .metric = w};
  }
  std::string metric_name() const override { return "weight"; }
  double flops_per_example(const Dataset&) const override { return 2; }

 private:
  double loss(double w) const { return curvature_ / 2 * (w - 1) * (w - 1); }

  const float curvature_;
  const std::shared_ptr<std::vector<float>> read_;
};

}  // namespace

LearnerFactory quadratic(float curvature, std::shared_ptr<WeightsRead> read) {
  return [=](const LearnerSpec&, const Dataset*) {
    auto own = std::make_shared<std::vector<float>>();
    if (read) read->push_back(own);
    return std::make_unique<Quadratic>(curvature, std::move(own));
  };
}

}  // namespace psgrid::testing
