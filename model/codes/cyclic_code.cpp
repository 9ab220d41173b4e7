#include "model/codes/cyclic_code.hpp"

#include <algorithm>
#include <cmath>

#include "model/check.hpp"
#include "model/codes/linear_solve.hpp"
#include "model/portable_math.hpp"

namespace psgrid {

namespace {

constexpr double kPi = 3.14159265358979323846;

// cos and sin of a share of the full circle.
double cos_of(double turns) { return portable_cos(2 * kPi * turns); }
double sin_of(double turns) { return portable_cos(2 * kPi * (turns - 0.25)); }

std::vector<double> product(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result(a.size() + b.size() - 1);
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) result[i + j] += a[i] * b[j];
  return result;
}

}  // namespace

CyclicCode::CyclicCode(std::uint32_t workers, std::uint32_t stragglers)
    : workers_(workers),
      stragglers_(stragglers),
      half_(stragglers > 0 && (workers - stragglers) % 2 == 0 ? 0.5 : 0),
      polynomial_{1} {
  PSGRID_CHECK(stragglers < workers, "fewer stragglers than workers");
  if (stragglers % 2 == 1) polynomial_ = {1, 1};
  for (double away = stragglers % 2 == 1 ? 1 : 0.5; away <= (stragglers - 1.0) / 2; ++away)
    polynomial_ = product(polynomial_, {1, 2 * cos_of(away / workers), 1});
}

// What makes a codeword of the vector of ones.
double CyclicCode::column_scale(std::uint32_t part) const {
  return cos_of(half_ * (part - (workers_ - 1) / 2.0) / workers_);
}

double CyclicCode::coefficient(std::uint32_t worker, std::uint32_t step) const {
  const double sign = worker + step >= workers_ && half_ > 0 ? -1 : 1;
  return sign * polynomial_[step] / column_scale((worker + step) % workers_);
}

std::vector<Code::Part> CyclicCode::parts_of(std::uint32_t worker) const {
  std::vector<Part> parts;
  for (std::uint32_t step = 0; step <= stragglers_; ++step)
    parts.push_back({(worker + step) % workers_, static_cast<float>(coefficient(worker, step))});
  return parts;
}

// Decodes the pushes of all workers.
double CyclicCode::of_all(std::uint32_t worker) const {
  double sum = 0;
  for (std::uint32_t step = 0; step <= stragglers_; ++step)
    sum += polynomial_[step] * cos_of(half_ * (step - stragglers_ / 2.0) / workers_);
  return cos_of(half_ * (worker - (workers_ - 1.0 - stragglers_) / 2.0) / workers_) / sum;
}

// Decodes them to nothing, in as many ways as there are stragglers: the roots of the polynomial.
double CyclicCode::of_nothing(std::uint32_t worker, std::uint32_t way) const {
  const std::uint32_t place = way + (stragglers_ % 2 == 0 ? 1 : 0);
  const double away = (place + 1) / 2 - (stragglers_ % 2 == 0 ? 0.5 : 0);
  const double turns = away * worker / workers_;
  const double sign = worker % 2 == 0 ? 1 : -1;
  return sign * (place % 2 == 1 || place == 0 ? cos_of(turns) : sin_of(turns));
}

// What decodes all pushes, and as much of what decodes them to nothing as leaves out those that are
// not there.
std::vector<double> CyclicCode::decoding(std::span<const std::uint32_t> pieces) const {
  PSGRID_CHECK(pieces.size() == workers_ - stragglers_, "the pushes of all but the stragglers");
  Matrix ways(stragglers_, stragglers_), left_out(stragglers_, 1);
  std::uint32_t late = 0;
  for (std::uint32_t worker = 0; worker < workers_; ++worker) {
    if (std::binary_search(pieces.begin(), pieces.end(), worker)) continue;
    for (std::uint32_t way = 0; way < stragglers_; ++way)
      ways.at(late, way) = of_nothing(worker, way);
    left_out.at(late++, 0) = -of_all(worker);
  }
  const Matrix shares = solve(std::move(ways), std::move(left_out));
  std::vector<double> decoding;
  for (std::uint32_t worker : pieces) {
    double sum = of_all(worker);
    for (std::uint32_t way = 0; way < stragglers_; ++way)
      sum += shares.at(way, 0) * of_nothing(worker, way);
    decoding.push_back(sum);
  }
  return decoding;
}

double CyclicCode::error_growth() const {
  constexpr std::uint32_t kPlaces = 8;
  double most = 1;
  for (std::uint32_t place = 0; place < kPlaces; ++place) {
    const std::uint32_t first = place * workers_ / kPlaces;
    std::vector<std::uint32_t> pieces;
    for (std::uint32_t i = 0; i < workers_; ++i)
      if ((i + workers_ - first) % workers_ >= stragglers_) pieces.push_back(i);
    const std::vector<double> factors = decoding(pieces);
    std::vector<double> growth(workers_);
    for (std::size_t i = 0; i < pieces.size(); ++i)
      for (std::uint32_t step = 0; step <= stragglers_; ++step)
        growth[(pieces[i] + step) % workers_] +=
            std::abs(factors[i] * coefficient(pieces[i], step));
    most = std::max(most, *std::max_element(growth.begin(), growth.end()));
  }
  return most;
}

}  // namespace psgrid
