// Rows of the keys that one shard, or one of several parts, has.
#pragma once

#include "model/key_ring.hpp"
#include "model/values.hpp"

namespace psgrid {

// The rows of a slice, cut out of the rows of the whole; `width` values each.
Values cut(const Values& whole, std::uint32_t width, const Slice& slice);

}  // namespace psgrid
