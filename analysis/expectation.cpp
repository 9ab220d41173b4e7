#include "analysis/expectation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "analysis/number_format.hpp"
#include "analysis/summary.hpp"

namespace psgrid::analysis {
namespace {

using nlohmann::json;

constexpr std::pair<const char*, Expectation::Kind> kKinds[] = {
    {"falls", Expectation::Kind::kFalls},
    {"rises", Expectation::Kind::kRises},
    {"least", Expectation::Kind::kLeast},
    {"greatest", Expectation::Kind::kGreatest},
    {"of", Expectation::Kind::kBetween}};

// The median over seeds; what a run does not have, as a target that it never reached, is infinite.
double value_of(const std::string& metric, const VariantRuns& variant) {
  std::vector<double> values;
  for (const RunData& run : variant.runs) {
    const json value = json::parse(summary_json(run)).at(metric);
    values.push_back(value.is_number() ? value.get<double>() : INFINITY);
  }
  return values.empty() ? NAN : range_of(std::move(values)).median;
}

double value_of(const Expectation& expectation, const std::string& name,
                const ComparisonData& data) {
  for (const VariantRuns& variant : data.variants)
    if (variant.name == name) return value_of(expectation.metric, variant);
  return NAN;
}

std::string number(double value) { return std::isfinite(value) ? human_number(value, 4) : "never"; }

}  // namespace

Verified verify(const Expectation& expectation, const ComparisonData& data) {
  std::vector<double> values;
  std::string found;
  for (const std::string& name : expectation.variants) {
    values.push_back(value_of(expectation, name, data));
    found += fmt::format("{}{} {}", found.empty() ? "" : ", ", name, number(values.back()));
  }
  const std::string& metric = expectation.metric;
  // Of no run, nothing holds: a comparison with NaN is false.
  const auto in_order = [&](auto before) {
    return std::adjacent_find(values.begin(), values.end(),
                              [&](double a, double b) { return !before(a, b); }) == values.end();
  };
  const auto is_extreme = [&](auto before) {
    const double best = *std::min_element(values.begin(), values.end(), before);
    return std::all_of(data.variants.begin(), data.variants.end(), [&](const VariantRuns& other) {
      return !before(value_of(metric, other), best) && best == best;
    });
  };
  switch (expectation.kind) {
    case Expectation::Kind::kFalls:
      return {fmt::format("{} falls: {}", metric, found), in_order(std::greater<>())};
    case Expectation::Kind::kRises:
      return {fmt::format("{} rises: {}", metric, found), in_order(std::less<>())};
    case Expectation::Kind::kLeast:
      return {fmt::format("{} is the least of all: {}", metric, found), is_extreme(std::less<>())};
    case Expectation::Kind::kGreatest:
      return {fmt::format("{} is the greatest of all: {}", metric, found),
              is_extreme(std::greater<>())};
    case Expectation::Kind::kBetween:
      break;
  }
  double value = *std::min_element(values.begin(), values.end());
  std::string text = expectation.variants.size() > 1
                         ? fmt::format("the least {} of {}", metric, found)
                         : fmt::format("{} of {}", metric, found);
  if (!expectation.over.empty()) {
    const double over = value_of(expectation, expectation.over, data);
    value /= over;
    text += fmt::format(" over {} {}: {}", expectation.over, number(over), number(value));
  }
  text += fmt::format(", expected {} to {}", number(expectation.from),
                      std::isfinite(expectation.to) ? number(expectation.to) : "any");
  return {text, value >= expectation.from && value <= expectation.to};
}

std::vector<Verified> verify(const ComparisonData& data) {
  std::vector<Verified> verified;
  for (const Expectation& expectation : data.expectations) {
    Verified each = verify(expectation, data);
    if (!expectation.says.empty()) each.text = expectation.says + ": " + each.text;
    verified.push_back(std::move(each));
  }
  return verified;
}

bool all_hold(const ComparisonData& data) {
  const std::vector<Verified> verified = verify(data);
  return std::all_of(verified.begin(), verified.end(),
                     [](const Verified& each) { return each.holds; });
}

json to_json(const Expectation& expectation) {
  json object = {{"metric", expectation.metric}};
  if (!expectation.says.empty()) object["says"] = expectation.says;
  for (const auto& [key, kind] : kKinds)
    if (kind == expectation.kind) object[key] = expectation.variants;
  if (expectation.kind != Expectation::Kind::kBetween) return object;
  if (!expectation.over.empty()) object["over"] = expectation.over;
  object["from"] = expectation.from;
  if (std::isfinite(expectation.to)) object["to"] = expectation.to;
  return object;
}

Expectation expectation_of_json(const json& object) {
  Expectation expectation;
  expectation.metric = object.at("metric");
  expectation.says = object.value("says", "");
  for (const auto& [key, kind] : kKinds) {
    if (!object.contains(key)) continue;
    expectation.kind = kind;
    expectation.variants = object.at(key).get<std::vector<std::string>>();
  }
  expectation.over = object.value("over", "");
  expectation.from = object.value("from", 0.0);
  expectation.to = object.value("to", std::numeric_limits<double>::infinity());
  return expectation;
}

std::vector<std::string> summary_metrics() {
  RunData run;
  run.convergence.push_back({});
  std::vector<std::string> metrics = {
      "time_to_target_s",  // not there in this run
      "iterations_to_target",      "final_metric",    "recovery_s_max", "recovery_s_mean",
      "throughput_recovery_s_max", "server_load_skew"};
  const json summary = json::parse(summary_json(run));
  for (const auto& [key, value] : summary.items())
    if (value.is_number() && key != "seed") metrics.push_back(key);
  return metrics;
}

}  // namespace psgrid::analysis
