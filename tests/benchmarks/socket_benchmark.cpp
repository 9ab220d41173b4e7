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
#include "real/traffic.hpp"

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

// --- psgrid -------------------------------------------------------------------------------------

using real::seconds_per_round;
using real::Traffic;

struct Named {
  const char* name;
  Traffic traffic;
};

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

const std::vector<Named>& streams() {
  static const std::vector<Named> all = {
      {"push_range", {}},
      {"pull_range", {.pulls = true}},
      {"push_pairs", {.lists = true}},
      {"pull_pairs", {.pulls = true, .lists = true}},
      {"push_range_2x2", {.values = 5'000'000, .workers = 2, .servers = 2}},
      {"pull_range_2x2", {.pulls = true, .values = 5'000'000, .workers = 2, .servers = 2}}};
  return all;
}

const std::vector<Named>& small() {
  static const std::vector<Named> all = {
      {"push_64_bytes", {.values = 1'600'000, .piece = 16, .outstanding = 1000, .rounds = 5}},
      {"push_64_bytes_round_trip",
       {.values = 160'000, .piece = 16, .outstanding = 1, .rounds = 3}}};
  return all;
}

void add_all() {
  benchmark::RegisterBenchmark("raw_tcp", raw_tcp)->UseManualTime()->Iterations(1);
  for (const auto& [name, traffic] : streams())
    benchmark::RegisterBenchmark(name, throughput, traffic)
        ->UseManualTime()
        ->Iterations(1)
        ->Repetitions(3)
        ->Unit(benchmark::kMillisecond);
  for (const auto& [name, traffic] : small())
    benchmark::RegisterBenchmark(name, small_requests, traffic)
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
