// What is wrong with a description of a network, in words for the author of the scenario.
#pragma once

#include <string>

namespace psgrid {

struct PlatformError {
  std::string pointer;  // JSON pointer of the setting within "cluster": "/network/edges/3/b"
  std::string message;  // one sentence, without a full stop
};

}  // namespace psgrid
