// The parts that every message passes through, each on its own.

#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "model/codec.hpp"
#include "model/random.hpp"
#include "model/shard.hpp"
#include "model/update_rule.hpp"
#include "sim/agenda.hpp"

namespace psgrid::benchmarks {
namespace {

// Takes the next of `range(0)` events and schedules another a random while later.
void agenda(benchmark::State& state) {
  RandomStream random(1, manager_id(0), Purpose::kTest);
  std::vector<double> delays(1 << 12);
  for (double& delay : delays) delay = random.uniform();
  sim::Agenda agenda;
  for (std::int64_t i = 0; i < state.range(0); ++i)
    agenda.schedule(Time{delays[i % delays.size()]}, {});
  std::size_t next = 0;
  for (auto _ : state) {
    const Time now = agenda.next_time();
    const sim::Agenda::Event event = agenda.take();
    agenda.schedule(now + Duration{delays[next++ % delays.size()]}, event);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(agenda)->Arg(1'000)->Arg(100'000);

// --- codec ------------------------------------------------------------------------------------

constexpr std::uint64_t kKeys = 100'000;

// Every third key: a list of gaps.
KeySet key_list() {
  std::vector<Key> keys;
  for (Key key = 0; key < kKeys; ++key) keys.push_back(3 * key);
  return KeySet::list(std::move(keys));
}

Message push_of(const KeySet& keys) {
  return Push{.since = {1},
              .iteration = {0},
              .request = {1},
              .sections = {{Namespace{0}, keys, Values(std::vector<float>(keys.size(), 1.5f))}},
              .ticks = {}};
}

void encode_push(benchmark::State& state, const KeySet& keys) {
  const Message push = push_of(keys);
  std::vector<std::byte> frame;
  for (auto _ : state) {
    frame.clear();
    encode(worker_id(0), server_id(0), push, frame);
    benchmark::DoNotOptimize(frame.data());
  }
  state.SetItemsProcessed(state.iterations() * kKeys);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(frame.size()));
}
BENCHMARK_CAPTURE(encode_push, dense, KeySet::range(0, kKeys));
BENCHMARK_CAPTURE(encode_push, key_list, key_list());

void decode_push(benchmark::State& state, const KeySet& keys) {
  std::vector<std::byte> frame;
  encode(worker_id(0), server_id(0), push_of(keys), frame);
  for (auto _ : state) {
    auto decoded = decode(frame);
    benchmark::DoNotOptimize(decoded);
  }
  state.SetItemsProcessed(state.iterations() * kKeys);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(frame.size()));
}
BENCHMARK_CAPTURE(decode_push, dense, KeySet::range(0, kKeys));
BENCHMARK_CAPTURE(decode_push, key_list, key_list());

// --- what a server does with values -----------------------------------------------------------

constexpr std::uint64_t kValues = 10'000'000;

struct HeldShard {
  std::unique_ptr<UpdateRule> rule = make_update_rule({.type = OptimizerType::kSgd});
  Shard shard{{.name = "w", .id = {0}, .keys = kValues, .width = 1, .initial = {}},
              KeySet::range(0, kValues),
              *rule,
              1,
              false};
};

void server_push(benchmark::State& state, const KeySet& keys) {
  HeldShard held;
  const Section section{Namespace{0}, keys, Values(std::vector<float>(keys.size(), 1e-3f))};
  std::uint64_t step = 0;
  for (auto _ : state) held.shard.apply(section, 1, ++step);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(keys.size()));
}
BENCHMARK_CAPTURE(server_push, all, KeySet::range(0, kValues))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(server_push, key_list, key_list())->Unit(benchmark::kMillisecond);

void server_pull(benchmark::State& state, const KeySet& keys) {
  HeldShard held;
  for (auto _ : state) {
    const Values values = held.shard.read(keys);
    benchmark::DoNotOptimize(values.data().data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(keys.size()));
}
BENCHMARK_CAPTURE(server_pull, all, KeySet::range(0, kValues))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(server_pull, key_list, key_list())->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace psgrid::benchmarks
