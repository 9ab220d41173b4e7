#include "model/consistency.hpp"

#include "model/check.hpp"
#include "model/consistency/models.hpp"

namespace psgrid {

std::unique_ptr<Consistency> make_consistency(const ConsistencySpec& spec) {
  switch (spec.model) {
    case ConsistencyModel::kBsp: return make_bsp();
    case ConsistencyModel::kSsp: return make_ssp(spec.staleness, spec.cache);
    case ConsistencyModel::kBoundedDelay: return make_bounded_delay(spec.delay);
    case ConsistencyModel::kAsync: return make_async();
  }
  PSGRID_CHECK(false, "a known consistency model");
}

}  // namespace psgrid
