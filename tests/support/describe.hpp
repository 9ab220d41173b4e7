// Messages as text, with every field: what tests compare and print.
#pragma once

#include <string>

#include "model/message.hpp"

namespace psgrid::testing {

// "{0-4,7}": ranges without their ends for a set of ranges; "[0,1,7]" for a list.
std::string describe(const KeySet& keys);

// "0:{0-2}=1,2.5": table, keys and values; zeros for phantom values.
std::string describe(const Section& section);

// "push 3 epoch 1 iteration 2 read 7@1 sections(0:{0-2}=1,2.5) ticks(0:0-5=3)"
std::string describe(const Message& message);

}  // namespace psgrid::testing
