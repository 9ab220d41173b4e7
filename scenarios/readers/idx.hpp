// The IDX binary format of the MNIST family: a file of images and a file of labels.
//
// Only unsigned bytes are supported. Pixels are scaled to [0, 1].
#pragma once

#include <string>
#include <string_view>

#include "scenarios/readers/raw_data.hpp"

namespace psgrid::scenarios {

// Dense rows, one an image with its dimensions flattened. features: number of pixels that is
// expected, or 0. Errors name the byte offset.
Result<RawData> read_idx(std::string_view images, const std::string& images_name,
                         std::string_view labels, const std::string& labels_name,
                         std::uint32_t features = 0);

}  // namespace psgrid::scenarios
