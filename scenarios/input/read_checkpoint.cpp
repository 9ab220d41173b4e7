#include "scenarios/input/fields.hpp"
#include "scenarios/input/read_run.hpp"

namespace psgrid::scenarios {

std::optional<CheckpointSpec> read_checkpoint(const Json& document) {
  const Fields section = Fields::of(document, "checkpoint");
  if (!Fields(document).has("checkpoint")) return {};
  CheckpointSpec checkpoint;
  section.read("every", Quantity::kSeconds, checkpoint.every.seconds);
  if (const Json* every = section.find("every"); every && every->is_object())
    Fields(*every).read("iterations", checkpoint.iterations);
  section.read("bandwidth", Quantity::kBytesPerSecond, checkpoint.bandwidth);
  return checkpoint;
}

}  // namespace psgrid::scenarios
