// The gradients of one iteration at one server, summed in worker order whatever order they come in,
// so that the result does not depend on the network.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "model/shard.hpp"
#include "model/values.hpp"
#include "model/wire.hpp"

namespace psgrid {

class GradientSum {
 public:
  // shards: of namespace 0, 1, ...; they outlive the sum.
  explicit GradientSum(std::span<const Shard> shards);

  // Adds sections of a worker's gradient. They are kept until all lower workers are closed.
  void add(std::uint32_t worker, const Sections& sections);

  // The worker's gradient is complete; once a worker.
  void close(std::uint32_t worker);

  bool is_closed(std::uint32_t worker) const;

  // Nothing more is expected of a worker; what it has closed counts.
  void skip(std::uint32_t worker);

  void put(WireWriter& out) const;
  void get(WireReader& in);

  // The sums times `factor`: a section for each table of which any key was touched, with the keys
  // that were. Requires that workers 0, ..., `workers` - 1 are closed.
  std::vector<Section> take_scaled(std::uint32_t workers, float factor) &&;

 private:
  struct Contribution {
    std::vector<Section> sections;
    bool closed = false;
  };
  struct TableSum {
    std::vector<float> values;  // pushed_width() a row; empty until something is added
    std::vector<bool> touched;  // rows
  };

  void accumulate(const Section& section);

  std::span<const Shard> shards_;
  std::vector<TableSum> sums_;  // by namespace
  std::uint32_t next_ = 0;      // all lower workers are in the sums
  std::map<std::uint32_t, Contribution> waiting_;
};

}  // namespace psgrid
