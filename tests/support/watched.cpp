#include "tests/support/watched.hpp"

#include <utility>

namespace psgrid::testing {
namespace {

class Watched final : public Learner {
 public:
  Watched(std::unique_ptr<Learner> learner, std::shared_ptr<LastModel> last)
      : learner_(std::move(learner)), last_(std::move(last)) {}

  std::vector<Table> tables() const override { return learner_->tables(); }
  std::unique_ptr<UpdateRule> update_rule() const override { return learner_->update_rule(); }
  void take_share(const Dataset& data, const Share& share) override {
    learner_->take_share(data, share);
  }
  std::vector<std::uint32_t> made_up_rows(std::uint32_t worker, Clock iteration) const override {
    return learner_->made_up_rows(worker, iteration);
  }
  std::vector<KeySet> keys(const Dataset& data, std::span<const std::uint32_t> rows) override {
    return learner_->keys(data, rows);
  }
  Gradient gradient(const Dataset& data, std::span<const std::uint32_t> rows,
                    const std::vector<Section>& weights) override {
    return learner_->gradient(data, rows, weights);
  }
  Evaluation evaluate(const Dataset& data, const std::vector<Section>& weights) const override {
    last_->clear();
    for (const Section& section : weights)
      last_->emplace_back(section.values.data().begin(), section.values.data().end());
    return learner_->evaluate(data, weights);
  }
  std::string metric_name() const override { return learner_->metric_name(); }
  double flops_per_example(const Dataset& data) const override {
    return learner_->flops_per_example(data);
  }

 private:
  std::unique_ptr<Learner> learner_;
  std::shared_ptr<LastModel> last_;
};

}  // namespace

LearnerFactory watched(std::shared_ptr<LastModel> last) {
  return [last](const LearnerSpec& spec, const Dataset* data) {
    return std::make_unique<Watched>(make_learner(spec, data), last);
  };
}

}  // namespace psgrid::testing
