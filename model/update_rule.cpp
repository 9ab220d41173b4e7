#include "model/update_rule.hpp"

#include "model/check.hpp"
#include "model/update_rules/adagrad.hpp"
#include "model/update_rules/adam.hpp"
#include "model/update_rules/momentum.hpp"
#include "model/update_rules/proximal.hpp"
#include "model/update_rules/sgd.hpp"

namespace psgrid {

std::unique_ptr<UpdateRule> make_update_rule(const OptimizerSpec& spec) {
  switch (spec.type) {
    case OptimizerType::kSgd:
      return std::make_unique<Sgd>(spec);
    case OptimizerType::kMomentum:
      return std::make_unique<Momentum>(spec);
    case OptimizerType::kAdagrad:
      return std::make_unique<Adagrad>(spec);
    case OptimizerType::kAdam:
      return std::make_unique<Adam>(spec);
    case OptimizerType::kProximal:
      return std::make_unique<Proximal>(spec);
  }
  PSGRID_CHECK(false, "an optimizer type that exists");
}

}  // namespace psgrid
