#include "model/check.hpp"
#include "model/filters/filter.hpp"
#include "model/filters/fixed_point.hpp"
#include "model/filters/key_caching.hpp"
#include "model/filters/kkt.hpp"
#include "model/filters/one_bit.hpp"
#include "model/filters/random_skip.hpp"
#include "model/filters/significantly_modified.hpp"
#include "model/filters/snappy.hpp"
#include "model/filters/top_k.hpp"

namespace psgrid {

std::unique_ptr<Filter> make_filter(const FilterSpec& spec, const FilterSite& site) {
  switch (spec.type) {
    case FilterType::kKeyCaching:
      return std::make_unique<KeyCaching>(spec, site);
    case FilterType::kSnappy:
      return std::make_unique<Snappy>();
    case FilterType::kFixedPoint:
      return std::make_unique<FixedPoint>(spec, site);
    case FilterType::kSignificantlyModified:
      return std::make_unique<SignificantlyModified>(spec, site);
    case FilterType::kRandomSkip:
      return std::make_unique<RandomSkip>(spec, site);
    case FilterType::kKkt:
      return std::make_unique<Kkt>(spec, site);
    case FilterType::kTopK:
      return std::make_unique<TopK>(spec, site);
    case FilterType::kOneBit:
      return std::make_unique<OneBit>(site);
  }
  PSGRID_CHECK(false, "a filter type that exists");
}

}  // namespace psgrid
