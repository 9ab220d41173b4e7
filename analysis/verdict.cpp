// The result in words.
#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "analysis/comparison.hpp"
#include "analysis/number_format.hpp"

namespace psgrid::analysis {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

std::string factor(double ratio) {
  return fmt::format("{:.{}f}x", ratio, ratio < 1.095 ? 2 : ratio < 9.95 ? 1 : 0);
}

// "1.8x faster than BSP (22.1 s)" for the variant that is first.
std::string lead_over_baseline(const VariantSummary& first, const VariantSummary& baseline) {
  if (!baseline.time_to_target_s) return fmt::format("{} does not reach it", baseline.name);
  return fmt::format("{} faster than {} ({})", factor(first.speedup.value_or(1)), baseline.name,
                     human_seconds(*baseline.time_to_target_s));
}

std::string runner_up(const Comparison& comparison) {
  const VariantSummary* next = nullptr;
  for (std::size_t i = 0; i < comparison.variants.size(); ++i) {
    const VariantSummary& variant = comparison.variants[i];
    if (i == *comparison.first || !variant.time_to_target_s) continue;
    if (!next || *variant.time_to_target_s < *next->time_to_target_s) next = &variant;
  }
  if (!next || (next == &comparison.variants[0] && *comparison.first != 0)) return "";
  return fmt::format(" {} is next with {}.", next->name, human_seconds(*next->time_to_target_s));
}

std::string laggards(const Comparison& comparison) {
  std::vector<std::string> never, sometimes;
  for (std::size_t i = 0; i < comparison.variants.size(); ++i) {
    const VariantSummary& variant = comparison.variants[i];
    const bool told = i == 0 && !variant.time_to_target_s && *comparison.first != 0;
    if (variant.reached == 0 && !told && variant.failed < variant.runs)
      never.push_back(variant.name);
    if (variant.reached > 0 && variant.reached < variant.runs) {
      sometimes.push_back(fmt::format("{} {} of {}", variant.name, variant.reached, variant.runs));
    }
  }
  std::string text;
  if (!never.empty()) {
    text += fmt::format(" {} {} not reach it.", joined(never), never.size() == 1 ? "does" : "do");
  }
  if (!sometimes.empty()) text += fmt::format(" Not every run reaches it: {}.", joined(sometimes));
  return text;
}

// " 1 replica failed: lost shard 1: none of its replicas is left."
std::string failures(const Comparison& comparison) {
  std::string text;
  for (const VariantSummary& variant : comparison.variants) {
    if (variant.failed == 0) continue;
    text += fmt::format(" {} failed", variant.name);
    if (variant.runs > 1) text += fmt::format(" in {} of {} runs", variant.failed, variant.runs);
    text += variant.failure.empty() ? "." : fmt::format(": {}.", variant.failure);
  }
  return text;
}

std::string verdict_on_target(const Comparison& comparison) {
  const std::string target = exact(*comparison.target_loss);
  if (!comparison.first) {
    std::string text = fmt::format("No variant reaches the target loss {}", target);
    const VariantSummary* best = nullptr;
    for (const VariantSummary& variant : comparison.variants) {
      if (!variant.final_loss || !std::isfinite(variant.final_loss->median)) continue;
      if (!best || variant.final_loss->median < best->final_loss->median) best = &variant;
    }
    if (best) {
      text += fmt::format(": the lowest final loss is {} ({})",
                          human_number(best->final_loss->median, 4), best->name);
    }
    return text + ".";
  }
  const VariantSummary& first = comparison.variants[*comparison.first];
  std::string text = fmt::format("{} reaches the target loss {} first: {}", first.name, target,
                                 human_seconds(*first.time_to_target_s));
  if (*comparison.first != 0) {
    text += fmt::format(", {}.", lead_over_baseline(first, comparison.variants[0]));
  } else {
    text += ".";
  }
  return text + runner_up(comparison) + laggards(comparison);
}

std::string verdict_on_speed(const Comparison& comparison) {
  if (!comparison.first) return "No run was completed.";
  const VariantSummary& first = comparison.variants[*comparison.first];
  std::string text = fmt::format("{} runs the most iterations per second: {}", first.name,
                                 human_number(first.iterations_per_s, 4));
  if (*comparison.first != 0 && first.speedup) {
    text += fmt::format(", {} as many as {}", factor(*first.speedup), comparison.variants[0].name);
  }
  return text + ". The scenario sets no target loss.";
}

}  // namespace

std::string verdict(const Comparison& comparison) {
  if (comparison.variants.empty()) return "Nothing was run.";
  return (comparison.target_loss ? verdict_on_target(comparison) : verdict_on_speed(comparison)) +
         failures(comparison);
}

std::string verdict(const RunData& run) {
  const Summary summary = summarize(run);
  const std::string work =
      fmt::format("{} iterations per worker in {}", human_number(summary.iterations),
                  human_seconds(run.virtual_time_s));
  if (run.status == RunStatus::kFailed) {
    return fmt::format("The run failed after {}{}{}.", work, run.failure.empty() ? "" : ": ",
                       run.failure);
  }
  const char* prefix = run.status == RunStatus::kInterrupted ? "Interrupted: " : "";
  if (summary.time_to_target_s) {
    return fmt::format("{}the target loss {} is reached after {} and {} iterations per worker.",
                       prefix, exact(*run.header.target_loss),
                       human_seconds(*summary.time_to_target_s),
                       human_number(*summary.iterations_to_target));
  }
  if (!summary.final_loss) return prefix + work + ".";
  std::string text =
      fmt::format("{}{}, final loss {}", prefix, work, human_number(*summary.final_loss, 4));
  if (run.header.target_loss) {
    text += fmt::format("; the target {} is not reached", exact(*run.header.target_loss));
  }
  return text + ".";
}

}  // namespace psgrid::analysis
