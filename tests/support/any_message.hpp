// Rapidcheck generators of messages, key sets and what else travels.
#pragma once

#include <rapidcheck.h>

#include "model/message.hpp"

namespace psgrid::testing {

// Ranges or a list (or nothing), of keys below `bound`.
rc::Gen<KeySet> any_keys(Key bound);

// Any message of a type: its place in the variant.
rc::Gen<Message> any_message(std::size_t type);

// Of any type.
rc::Gen<Message> any_message();

}  // namespace psgrid::testing
