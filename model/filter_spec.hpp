// What a scenario says about the form of messages: filters of what workers push and servers answer
// (Li et al., OSDI 2014, section 5.1), and how plain keys and values are written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace psgrid {

enum class FilterType {
  kKeyCaching,
  kSnappy,
  kFixedPoint,
  kSignificantlyModified,
  kRandomSkip,
  kKkt,
  kTopK,
  kOneBit,
};

struct FilterSpec {
  FilterType type = FilterType::kKeyCaching;
  bool push = true;                 // from workers to servers
  bool pull = false;                // the answers
  std::vector<std::string> tables;  // by name; empty: all

  std::uint32_t lists = 64;   // key_caching: that each end keeps, of each worker and shard
  std::uint32_t bytes = 1;    // fixed_point: of a value, 1 to 3
  double threshold = 0;       // significantly_modified
  bool relative = false;      // to the weight
  double probability = 1;     // random_skip: of a row to be sent
  double margin = 0;          // kkt: below l1
  double ratio = 1;           // top_k: share of a gradient's rows that is sent
  double momentum = 0;        // top_k: of what is accumulated
  std::uint32_t warm_up = 0;  // top_k: iterations in which the share falls to `ratio`
};

struct WireSpec {
  bool fixed_keys = false;  // 8 bytes for each key of a list, else gaps as varints
  bool doubles = false;     // 8 bytes for each value, else float32
};

}  // namespace psgrid
