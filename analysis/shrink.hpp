// Making a failing case small: delta debugging (Zeller and Hildebrandt, TSE 2002) on a list, and
// single steps to something simpler.
//
// Candidates are tried several at a time; of those that still fail, the first counts, so the result
// is the same however many run at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace psgrid::analysis {

// The first of the candidates that still fails.
template <class Case>
using FirstFailing = std::function<std::optional<std::size_t>(const std::vector<Case>&)>;

// A sublist of which no single item, and no larger part of those tried, can be left out. `build`
// makes a case of a list.
template <class Item, class Case>
std::vector<Item> shrink_list(std::vector<Item> items,
                              const std::function<Case(const std::vector<Item>&)>& build,
                              const FirstFailing<Case>& first_failing) {
  for (std::size_t parts = 2; !items.empty();) {
    parts = std::min(parts, items.size());
    std::vector<std::vector<Item>> rests;
    for (std::size_t part = 0; part < parts; ++part) {
      const auto begin = static_cast<std::ptrdiff_t>(part * items.size() / parts);
      const auto end = static_cast<std::ptrdiff_t>((part + 1) * items.size() / parts);
      std::vector<Item> rest(items.begin(), items.begin() + begin);
      rest.insert(rest.end(), items.begin() + end, items.end());
      rests.push_back(std::move(rest));
    }
    std::vector<Case> cases;
    for (const std::vector<Item>& rest : rests) cases.push_back(build(rest));
    if (const auto failing = first_failing(cases)) {
      items = std::move(rests[*failing]);
      parts = std::max<std::size_t>(parts - 1, 2);
    } else if (parts < items.size()) {
      parts = 2 * parts;
    } else {
      break;
    }
  }
  return items;
}

// Takes steps to simpler cases as long as one of them still fails. `simpler` gives the candidates,
// best first; there must be an end to them. After a step the search goes on where it was, as what
// did not fail before it rarely does after it. At most so many steps.
template <class Case>
Case shrink_steps(Case failing, const std::function<std::vector<Case>(const Case&)>& simpler,
                  const FirstFailing<Case>& first_failing, std::size_t steps_most) {
  std::size_t begin = 0;
  for (std::size_t steps = 0; steps < steps_most; ++steps) {
    std::vector<Case> cases = simpler(failing);
    if (cases.empty()) break;
    begin %= cases.size();
    std::rotate(cases.begin(), cases.begin() + static_cast<std::ptrdiff_t>(begin), cases.end());
    const auto found = first_failing(cases);
    if (!found) break;
    failing = std::move(cases[*found]);
    begin += *found;
  }
  return failing;
}

}  // namespace psgrid::analysis
