#pragma once
// placeholder while the codec is written
#include <memory>
namespace psgrid { struct Message; using MessagePtr = std::shared_ptr<const Message>; }
