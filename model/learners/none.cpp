#include "model/learners/none.hpp"

#include "model/check.hpp"

namespace psgrid {

NoLearner::NoLearner(const LearnerSpec& spec) : all_keys_(KeySet::range(0, spec.parameters)) {
  PSGRID_CHECK(spec.parameters > 0, "at least one parameter");
}

std::vector<Table> NoLearner::tables() const {
  return {{.name = "parameters", .id = {0}, .keys = all_keys_.size(), .width = 1, .initial = {}}};
}

std::vector<KeySet> NoLearner::keys(const Dataset&, std::span<const std::uint32_t>) {
  return {all_keys_};
}

Gradient NoLearner::gradient(const Dataset&, std::span<const std::uint32_t>,
                             const std::vector<Section>& weights) {
  const Section& section = weights.at(0);
  return {{{section.table, section.keys, Values::phantom(section.keys.size())}}, 0};
}

Evaluation NoLearner::evaluate(const Dataset&, const std::vector<Section>&) const { return {}; }

double NoLearner::flops_per_example(const Dataset&) const {
  return 4 * static_cast<double>(all_keys_.size());
}

}  // namespace psgrid
