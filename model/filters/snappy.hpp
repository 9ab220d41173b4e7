#pragma once

#include "model/filters/filter.hpp"

namespace psgrid {

// Keys and values of a section, in the form that the filters before have given them, compressed
// with Snappy where that makes them smaller.
class Snappy : public Filter {
 public:
  Section pack(Section section, const Peer& to) override;
  std::optional<Section> unpack(Section section, const Peer& from) override;
};

}  // namespace psgrid
