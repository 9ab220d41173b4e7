// Throughput of pushes and pulls between real processes, beside raw TCP over the same loopback in
// the same run. Real servers that apply real updates; nothing is emulated.
//
// Figures to compare with: ps-lite takes 131 ms to push and 178 ms to pull 10 million (64-bit key,
// float32) pairs on a machine whose loopback moves 5.5 GB/s, its server storing nothing.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/check.hpp"
#include "model/client.hpp"
#include "real/socket_run.hpp"
#include "tests/support/recorded.hpp"

namespace psgrid::benchmarks {
namespace {

using SteadyClock = std::chrono::steady_clock;

double since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

// --- raw TCP ------------------------------------------------------------------------------------

constexpr std::size_t kRawBytes = std::size_t{4} << 30;
constexpr std::size_t kRawWriteBytes = 1 << 20;
constexpr int kRawRoundTrips = 20'000;

void read_all(int socket, char* data, std::size_t bytes) {
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t got = recv(socket, data + done, bytes - done, 0);
    if (got <= 0) _exit(1);
    done += static_cast<std::size_t>(got);
  }
}

void write_all(int socket, const char* data, std::size_t bytes) {
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t put = send(socket, data + done, bytes - done, MSG_NOSIGNAL);
    PSGRID_CHECK(put > 0, "a connection that takes what is written");
    done += static_cast<std::size_t>(put);
  }
}

// Runs `near` with a connection over loopback to a child that runs `far`.
template <class Far, class Near>
double over_loopback(Far&& far, Near&& near) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  PSGRID_CHECK(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                   listen(listener, 1) == 0 &&
                   getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0,
               "a port on loopback");
  const int one = 1;
  const pid_t child = fork();
  if (child == 0) {
    const int connection = accept(listener, nullptr, nullptr);
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    far(connection);
    _exit(0);
  }
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  PSGRID_CHECK(connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
               "a connection over loopback");
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  const auto start = SteadyClock::now();
  near(connection);
  const double seconds = since(start);
  close(connection);
  close(listener);
  waitpid(child, nullptr, 0);
  return seconds;
}

double raw_bytes_per_s() {
  const double seconds = over_loopback(
      [](int connection) {
        std::vector<char> buffer(kRawWriteBytes);
        for (std::size_t got = 0; got < kRawBytes;) {
          const ssize_t bytes = recv(connection, buffer.data(), buffer.size(), 0);
          if (bytes <= 0) _exit(1);
          got += static_cast<std::size_t>(bytes);
        }
        write_all(connection, "x", 1);
      },
      [](int connection) {
        const std::vector<char> buffer(kRawWriteBytes, 'x');
        for (std::size_t put = 0; put < kRawBytes; put += buffer.size())
          write_all(connection, buffer.data(), buffer.size());
        char done;
        read_all(connection, &done, 1);
      });
  return static_cast<double>(kRawBytes) / seconds;
}

double raw_round_trip_s() {
  const auto echo = [](int connection) {
    char message[64];
    for (int i = 0; i < kRawRoundTrips; ++i) {
      read_all(connection, message, sizeof message);
      write_all(connection, message, sizeof message);
    }
  };
  const double seconds = over_loopback(echo, [](int connection) {
    char message[64] = {};
    for (int i = 0; i < kRawRoundTrips; ++i) {
      write_all(connection, message, sizeof message);
      read_all(connection, message, sizeof message);
    }
  });
  return seconds / kRawRoundTrips;
}

// --- psgrid
// ---------------------------------------------------------------------------------------

// What a worker does again and again: pushes or pulls of some keys each.
struct Traffic {
  const char* name;
  bool pulls = false;
  bool lists = false;                 // keys one by one, every second key of the table
  std::uint64_t values = 10'000'000;  // of a round
  std::uint64_t piece = 250'000;      // values of one request
  std::size_t outstanding = 16;       // requests at a time
  int rounds = 20;
  std::uint32_t workers = 1, servers = 1;

  std::uint64_t keys() const { return lists ? 2 * values : values; }
};

// A model of float32 weights, all at 0.
class FlatLearner final : public Learner {
 public:
  explicit FlatLearner(std::uint64_t keys) : keys_(keys) {}
  std::vector<Table> tables() const override {
    return {{.name = "weights", .id = {0}, .keys = keys_, .width = 1}};
  }
  std::vector<KeySet> keys(const Dataset&, std::span<const std::uint32_t>) override { return {}; }
  Gradient gradient(const Dataset&, std::span<const std::uint32_t>,
                    const std::vector<Section>&) override {
    return {};
  }
  Evaluation evaluate(const Dataset&, const std::vector<Section>&) const override { return {}; }
  double flops_per_example(const Dataset&) const override { return 1; }
  std::string metric_name() const override { return ""; }

 private:
  std::uint64_t keys_;
};

class TrafficWorker final : public Node {
 public:
  TrafficWorker(std::shared_ptr<const Job> job, NodeId self, Context& context,
                const Traffic& traffic)
      : job_(job), self_(self), context_(context), client_(job, self, context), traffic_(traffic) {}

  void on_start() override { context_.send(manager_id(0), make_message(Join{})); }

  void on_message(NodeId from, const MessagePtr& message) override {
    if (const auto* welcome = std::get_if<Welcome>(message.get())) {
      client_.start(welcome->view);
      servers_ = welcome->view->servers();
      read_.read.resize(servers_);
      prepare();
      start_ = SteadyClock::now();
      go_on();
    } else if (const auto* ack = std::get_if<PushAck>(message.get())) {
      client_.on_push_ack(from, *ack);
      if (++acks_ % servers_ == 0) complete();
    } else if (const auto* reply = std::get_if<PullReply>(message.get())) {
      client_.on_pull_reply(from, *reply);
      while (completed_ < issued_ && client_.take(RequestId{oldest_pull_})) {
        ++oldest_pull_;
        complete();
      }
    }
  }
  void on_timer(TimerId timer) override { client_.on_timer(timer); }
  void on_compute_done(ComputeId) override {}

 private:
  void prepare() {
    for (std::uint64_t first = 0; first < traffic_.values; first += traffic_.piece) {
      const std::uint64_t count = std::min(traffic_.piece, traffic_.values - first);
      KeySet keys = KeySet::range(first, first + count);
      if (traffic_.lists) {
        std::vector<Key> list(count);
        for (std::uint64_t i = 0; i < count; ++i) list[i] = 2 * (first + i);
        keys = KeySet::list(std::move(list));
      }
      keys_.push_back(keys);
      gradients_.push_back({{{0}, keys, Values(std::vector<float>(count, 1.0f))}});
    }
  }

  void go_on() {
    const std::size_t all = keys_.size() * static_cast<std::size_t>(traffic_.rounds);
    for (; issued_ < all && issued_ - completed_ < traffic_.outstanding; ++issued_) {
      const std::size_t piece = issued_ % keys_.size();
      if (traffic_.pulls)
        client_.pull({0}, {keys_[piece]});
      else
        client_.push({0}, gradients_[piece], read_, issued_ + 1 == all);
    }
  }

  void complete() {
    ++completed_;
    if (completed_ == keys_.size()) start_ = SteadyClock::now();  // the first round warms up
    if (completed_ < keys_.size() * static_cast<std::size_t>(traffic_.rounds)) return go_on();
    context_.record(Event{"done", std::to_string(since(start_) / (traffic_.rounds - 1))});
    context_.send(manager_id(0), make_message(Progress{{1}, 1}));
  }

  const std::shared_ptr<const Job> job_;
  const NodeId self_;
  Context& context_;
  Client client_;
  const Traffic traffic_;
  std::uint32_t servers_ = 0;
  Weights read_;
  std::vector<KeySet> keys_;
  std::vector<std::vector<Section>> gradients_;
  std::size_t issued_ = 0, completed_ = 0, acks_ = 0;
  std::uint64_t oldest_pull_ = 1;
  SteadyClock::time_point start_;
};

// Seconds that a round takes, of the slowest worker.
double seconds_per_round(const Traffic& traffic) {
  RunSpec spec;
  spec.cluster.workers = traffic.workers;
  spec.cluster.servers = traffic.servers;
  spec.consistency.model = ConsistencyModel::kAsync;
  spec.partition.type = PartitionType::kRange;
  spec.costs = {.apply_flops_per_value = 0, .serve_flops_per_value = 0, .message_flops = 0};
  spec.sockets.emulate_network = spec.sockets.emulate_compute = false;
  spec.job.compute.automatic = false;
  spec.job.compute.seconds = Duration{0};
  spec.job.stop.iterations = 1;
  spec.job.evaluate_every = 1e9;
  const auto job =
      std::make_shared<Job>(spec, Dataset{}, Dataset{}, [&](const LearnerSpec&, const Dataset*) {
        return std::make_unique<FlatLearner>(traffic.keys());
      });
  job->worker_factory = [&](std::shared_ptr<const Job> of, NodeId self, Context& context) {
    return std::make_unique<TrafficWorker>(std::move(of), self, context, traffic);
  };
  testing::Collector collector(false);
  real::SocketRunOptions options;
  options.on_log = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
  real::SocketRun run(job, collector, options);
  PSGRID_CHECK(run.run() == real::SocketRunEnd::kJobFinished, "a run that ends");
  double seconds = 0;
  for (const auto& event : collector.recorded.events)
    if (event.record.name == "done") seconds = std::max(seconds, std::stod(event.record.detail));
  return seconds;
}

// What the machine does with nothing on top of TCP, measured once a run.
struct Raw {
  double bytes_per_s = raw_bytes_per_s();
  double round_trip_s = raw_round_trip_s();
  static const Raw& get() {
    static const Raw raw;
    return raw;
  }
};

void raw_tcp(benchmark::State& state) {
  for (auto _ : state) state.SetIterationTime(1 / Raw::get().bytes_per_s);
  state.counters["GB/s"] = Raw::get().bytes_per_s / 1e9;
  state.counters["round_trip_us"] = Raw::get().round_trip_s * 1e6;
}

void throughput(benchmark::State& state, const Traffic& traffic) {
  double seconds = 0;
  for (auto _ : state) {
    seconds = seconds_per_round(traffic);
    state.SetIterationTime(seconds);
  }
  const double bytes_per_value = traffic.lists ? 12 : 4;
  const double rate =
      bytes_per_value * static_cast<double>(traffic.values * traffic.workers) / seconds;
  state.counters["GB/s"] = rate / 1e9;
  state.counters["of_raw"] = rate / Raw::get().bytes_per_s;
}

void small_requests(benchmark::State& state, const Traffic& traffic) {
  double seconds = 0;
  for (auto _ : state) {
    seconds = seconds_per_round(traffic);
    state.SetIterationTime(seconds);
  }
  const double requests = static_cast<double>(traffic.values / traffic.piece);
  state.counters["requests/s"] = requests / seconds;
  if (traffic.outstanding == 1)
    state.counters["of_raw_round_trip"] = seconds / requests / Raw::get().round_trip_s;
}

const std::vector<Traffic>& streams() {
  static const std::vector<Traffic> all = {
      {.name = "push_range"},
      {.name = "pull_range", .pulls = true},
      {.name = "push_pairs", .lists = true},
      {.name = "pull_pairs", .pulls = true, .lists = true},
      {.name = "push_range_2x2", .values = 5'000'000, .workers = 2, .servers = 2},
      {.name = "pull_range_2x2", .pulls = true, .values = 5'000'000, .workers = 2, .servers = 2}};
  return all;
}

const std::vector<Traffic>& small() {
  static const std::vector<Traffic> all = {
      {.name = "push_64_bytes", .values = 1'600'000, .piece = 16, .outstanding = 1000, .rounds = 5},
      {.name = "push_64_bytes_round_trip",
       .values = 160'000,
       .piece = 16,
       .outstanding = 1,
       .rounds = 3}};
  return all;
}

void add_all() {
  benchmark::RegisterBenchmark("raw_tcp", raw_tcp)->UseManualTime()->Iterations(1);
  for (const Traffic& traffic : streams())
    benchmark::RegisterBenchmark(traffic.name, throughput, traffic)
        ->UseManualTime()
        ->Iterations(1)
        ->Repetitions(3)
        ->Unit(benchmark::kMillisecond);
  for (const Traffic& traffic : small())
    benchmark::RegisterBenchmark(traffic.name, small_requests, traffic)
        ->UseManualTime()
        ->Iterations(1)
        ->Repetitions(3)
        ->Unit(benchmark::kMillisecond);
}

}  // namespace
}  // namespace psgrid::benchmarks

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  psgrid::benchmarks::add_all();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
