#include "scenarios/architecture_names.hpp"
#include "scenarios/input/fields.hpp"
#include "scenarios/input/read_run.hpp"

namespace psgrid::scenarios {

ArchitectureSpec read_architecture(const Json& document) {
  const Fields fields = Fields::of(document, "architecture");
  ArchitectureSpec architecture;
  std::string type;
  fields.read("type", type);
  for (const auto& [name, known] : kArchitectures)
    if (type == name) architecture.type = known;
  fields.read("storage_bandwidth", Quantity::kBytesPerSecond, architecture.storage_bandwidth);
  return architecture;
}

}  // namespace psgrid::scenarios
