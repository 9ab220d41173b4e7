#include <cstdlib>

#include "model/stragglers/bursts.hpp"
#include "model/stragglers/laws.hpp"
#include "model/stragglers/periodic.hpp"
#include "model/stragglers/straggler.hpp"
#include "model/stragglers/trace.hpp"

namespace psgrid {

std::unique_ptr<Straggler> make_straggler(const StragglerSpec& spec, StragglerDraws draws) {
  switch (spec.model) {
    case StragglerModel::kPersistent:
      return std::make_unique<PersistentStraggler>(spec);
    case StragglerModel::kExponential:
      return std::make_unique<ExponentialStraggler>(spec, draws);
    case StragglerModel::kShiftedExponential:
      return std::make_unique<ShiftedExponentialStraggler>(spec, draws);
    case StragglerModel::kPareto:
      return std::make_unique<ParetoStraggler>(spec, draws);
    case StragglerModel::kWeibull:
      return std::make_unique<WeibullStraggler>(spec, draws);
    case StragglerModel::kUniform:
      return std::make_unique<UniformStraggler>(spec, draws);
    case StragglerModel::kTwoPoint:
      return std::make_unique<TwoPointStraggler>(spec, draws);
    case StragglerModel::kBursts:
      return std::make_unique<BurstsStraggler>(spec, draws);
    case StragglerModel::kPeriodic:
      return std::make_unique<PeriodicStraggler>(spec);
    case StragglerModel::kTrace:
      return std::make_unique<TraceStraggler>(spec);
  }
  std::abort();  // every enumerator returns above
}

}  // namespace psgrid
