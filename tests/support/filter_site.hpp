// A filter by itself: in a job of one table that a test names the size of.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "model/filters/filter.hpp"
#include "tests/support/counting.hpp"

namespace psgrid::testing {

class LoneFilter {
 public:
  explicit LoneFilter(FilterSpec spec, std::uint64_t keys = 100, std::uint32_t width = 1,
                      RunSpec run = counting_run(1, 1, 1))
      : job_(counting_job(std::move(run), keys)),
        table_{.name = "weights", .id = {0}, .keys = keys, .width = width, .initial = {}},
        filter_(make_filter(spec, {.job = *job_,
                                   .table = table_,
                                   .push = spec.push,
                                   .random = RandomStream(1, worker_id(0), Purpose::kFilter)})) {}

  Filter& operator*() { return *filter_; }
  Filter* operator->() { return filter_.get(); }

  // What is sent of a gradient.
  Section change(KeySet keys, std::vector<float> values, std::uint32_t iteration = 0,
                 const Section* weights = nullptr) {
    return filter_->change({{0}, std::move(keys), Values(std::move(values)), {}},
                           {{iteration}, weights, ++changes_});
  }

 private:
  std::shared_ptr<const Job> job_;
  Table table_;
  std::unique_ptr<Filter> filter_;
  std::uint64_t changes_ = 0;
};

inline std::vector<float> values_of(const Section& section) {
  return {section.values.data().begin(), section.values.data().end()};
}

// The section as another process gets it. Fails unless its form takes what it should.
Section sent_over_wire(const Section& section);

}  // namespace psgrid::testing
