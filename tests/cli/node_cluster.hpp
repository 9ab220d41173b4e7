// What the tests of `psgrid node` share: a scenario that learns, and clusters started by hand.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/cli/command_line.hpp"

namespace psgrid::testing {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  return getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0
             ? ntohs(address.sin_port)
             : 0;
}

// A port of 127.0.0.1 that nobody listens at.
inline std::uint16_t free_port() {
  const int bound = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(0);
  const bool done = bind(bound, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const std::uint16_t port = port_of(bound);
  close(bound);
  if (!done || port == 0) std::abort();
  return port;
}

class NodeCluster : public CommandLine {
 protected:
  static constexpr std::uint32_t kProcesses = 5;  // manager, 2 servers, 2 workers

  NodeCluster() : manager_("127.0.0.1:" + std::to_string(free_port())) {
    // A launcher may run the tests themselves.
    for (const char* name :
         {"SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "PSGRID_TOKEN", "PSGRID_MANAGER"})
      unsetenv(name);
    std::ostringstream rows;
    for (int row = 0; row < 200; ++row)
      rows << row % 7 << ',' << row % 11 << ',' << (row * row) % 5 << ',' << (row % 7 > 3) << '\n';
    directory_.put("data.csv", rows.str());
    scenario_ = directory_.put("learns.json", learning(20).dump());
  }

  static nlohmann::json learning(std::uint64_t iterations) {
    return {{"name", "learns"},
            {"cluster", {{"workers", 2}, {"servers", 2}}},
            {"consistency", {{"model", "bsp"}}},
            {"job",
             {{"learner", {{"type", "logistic_regression"}}},
              {"data", {{"file", "data.csv"}, {"format", "csv"}}},
              {"batch", 8},
              {"learning_rate", 0.01},
              {"compute", {{"seconds", "5ms"}}},
              {"stop", {{"iterations", iterations}}}}}};
  }
  std::string endless() const { return directory_.put("endless.json", learning(1'000'000).dump()); }

  // "--role R --rank N" of a process.
  static std::vector<std::string> role_of(std::uint32_t process) {
    if (process == 0) return {"--role", "manager"};
    const bool server = process < 3;
    return {"--role", server ? "server" : "worker", "--rank",
            std::to_string(process - (server ? 1 : 3))};
  }

  std::vector<std::string> node(const std::string& scenario,
                                std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"node", scenario, "--quiet", "--manager", manager_});
    return more;
  }
  std::unique_ptr<Program> start(std::vector<std::string> arguments,
                                 std::map<std::string, std::string> environment = {}) const {
    return std::make_unique<Program>(
        std::move(arguments),
        ProgramOptions{.directory = directory_.path(), .environment = std::move(environment)});
  }
  std::vector<std::unique_ptr<Program>> start_all(const std::string& scenario) const {
    std::vector<std::unique_ptr<Program>> programs;
    for (std::uint32_t process = 0; process < kProcesses; ++process)
      programs.push_back(start(node(scenario, role_of(process))));
    return programs;
  }
  static std::vector<Ended> wait(std::vector<std::unique_ptr<Program>>& programs) {
    std::vector<Ended> ended;
    for (auto& program : programs) ended.push_back(program->wait());
    return ended;
  }

  // The results of the cluster are those of the simulator: BSP is the same wherever it runs.
  void expect_results_of_the_simulator() const {
    ASSERT_EQ(psgrid({"run", scenario_, "-o", "simulated"}).exit_code, 0);
    const auto here = read_json("psgrid-out/learns/summary.json"),
               there = read_json("simulated/summary.json");
    ASSERT_EQ(here["status"], "done");
    EXPECT_EQ(here["backend"], "sockets");
    EXPECT_EQ(here["final_loss"].dump(), there["final_loss"].dump());
    EXPECT_EQ(here["bytes_on_wire"], there["bytes_on_wire"]);
    EXPECT_EQ(last_evaluation("psgrid-out/learns/convergence.csv"),
              last_evaluation("simulated/convergence.csv"));
    for (const char* file : {"iterations.csv", "nodes.csv", "messages.csv", "events.csv", "staleness.csv",
                             "trace.json", "report.html", "scenario.json", "run_info.json"})
      EXPECT_TRUE(exists(std::string("psgrid-out/learns/") + file)) << file;
  }

  std::string manager_;   // HOST:PORT
  std::string scenario_;  // learns for a tenth of a second

 private:
  // Without its time. Numbers have all their digits: equal text is equal bits. Those before it may
  // be of later parameters where the machine is busy, as the manager asks for them as it goes.
  std::string last_evaluation(const std::string& name) const {
    std::istringstream lines(contents(at(name)));
    std::string last;
    for (std::string line; std::getline(lines, line);) last = line;
    return last.substr(last.find(',') + 1);
  }
};

}  // namespace psgrid::testing
