// Rare situations in which protocols like this one go wrong: a campaign that has not been in all of
// them has not tried enough.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/promises/history.hpp"

namespace psgrid::analysis {

using SituationCounts = std::map<std::string, std::uint64_t>;

// All that a campaign has to reach: the first where no more fails than is tolerated, the others
// only where more does.
const std::vector<std::string>& rare_situations();
const std::vector<std::string>& situations_of_losses();

// How often a run was in each of these.
SituationCounts situations_of(const History& history);

// How often nodes noted something else that is out of the ordinary.
SituationCounts notes_of(const History& history);

}  // namespace psgrid::analysis
