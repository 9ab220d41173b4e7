// The consistency models that come with psgrid.
#pragma once

#include "model/consistency.hpp"

namespace psgrid {

std::unique_ptr<Consistency> make_bsp();
std::unique_ptr<Consistency> make_ssp(std::uint32_t staleness, bool cache);
std::unique_ptr<Consistency> make_bounded_delay(std::uint32_t delay);
std::unique_ptr<Consistency> make_async();

}  // namespace psgrid
