// The files of a fidelity check: fidelity.csv and fidelity.json, and below them the directories of
// the runs, <scenario>/<variant>/<sim or sockets>/<seed>.
#pragma once

#include <filesystem>
#include <string>

#include "analysis/fidelity.hpp"
#include "analysis/output_directory.hpp"
#include "analysis/result.hpp"

namespace psgrid::analysis {

std::string fidelity_csv(const Fidelity& fidelity);
std::string fidelity_json(const FidelityData& data, const Fidelity& fidelity);

// Writes fidelity.csv and fidelity.json; the runs have been written.
Failure write_fidelity(const OutputDirectory& directory, const FidelityData& data);

// Reads fidelity.json and the runs it names, without their rows of iterations.
Result<FidelityData> read_fidelity(const std::filesystem::path& directory);

// What `fidelity` prints: one line a case, one line a model, then the verdict.
std::string fidelity_table(const FidelityData& data);

}  // namespace psgrid::analysis
