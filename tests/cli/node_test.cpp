// `psgrid node`: clusters whose processes are started one by one.
#include <csignal>

#include "tests/cli/node_cluster.hpp"

namespace psgrid::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

class Node : public NodeCluster {
 protected:
  void expect_bad_input(std::vector<std::string> arguments, const std::string& error,
                        std::map<std::string, std::string> environment = {}) {
    const Ended ended = start(std::move(arguments), std::move(environment))->wait();
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_EQ(ended.errors, "psgrid: " + error + "\n");
    EXPECT_THAT(ended.output, IsEmpty());
    EXPECT_FALSE(exists("psgrid-out"));
  }
};

TEST_F(Node, ByRoleAndRank) {
  auto programs = start_all(scenario_);
  const std::vector<Ended> ended = wait(programs);
  for (const Ended& each : ended) EXPECT_EQ(each.exit_code, 0) << each.errors;
  EXPECT_THAT(ended[0].output, StartsWith("learns, BSP, seed 1: done\n"));
  for (std::uint32_t process = 1; process < kProcesses; ++process) {
    EXPECT_THAT(ended[process].output, IsEmpty());
    EXPECT_THAT(ended[process].errors, IsEmpty());
  }
  expect_results_of_the_simulator();
}

TEST_F(Node, MakesTokens) {
  const Ended one = psgrid({"node", "--make-token"}), other = psgrid({"node", "--make-token"});
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_THAT(one.output, MatchesRegex("[0-9a-f]+\n"));
  EXPECT_EQ(one.output.size(), 33u);
  EXPECT_NE(one.output, other.output);
}

// --- launchers ----------------------------------------------------------------------------------

struct Launcher {
  const char *name, *rank, *tasks;

  friend void PrintTo(const Launcher& each, std::ostream* out) { *out << each.name; }
};

class NodeOfLauncher : public Node, public ::testing::WithParamInterface<Launcher> {};

TEST_P(NodeOfLauncher, TakesItsRankFromTheEnvironment) {
  std::vector<std::unique_ptr<Program>> programs;
  for (std::uint32_t rank = 0; rank < kProcesses; ++rank)
    programs.push_back(start({"node", scenario_, "--quiet"},
                             {{GetParam().rank, std::to_string(rank)},
                              {GetParam().tasks, std::to_string(kProcesses)},
                              {"PSGRID_MANAGER", manager_},
                              {"PSGRID_TOKEN", "0123456789abcdef0123456789abcdef"}}));
  for (const Ended& ended : wait(programs)) EXPECT_EQ(ended.exit_code, 0) << ended.errors;
  expect_results_of_the_simulator();
}

TEST_P(NodeOfLauncher, RefusesAnotherNumberOfTasks) {
  const std::string launcher = GetParam().name;
  expect_bad_input(node(scenario_),
                   "found 4 processes of " + launcher +
                       ", expected 5: 1 for the manager, 2 for servers, 2 for workers",
                   {{GetParam().rank, "0"}, {GetParam().tasks, "4"}});
  expect_bad_input(node(scenario_),
                   std::string("found ") + GetParam().rank + "=5 and " + GetParam().tasks +
                       "=5, expected a rank below the number of tasks",
                   {{GetParam().rank, "5"}, {GetParam().tasks, "5"}});
}

INSTANTIATE_TEST_SUITE_P(Launchers, NodeOfLauncher,
                         ::testing::Values(Launcher{"mpirun", "OMPI_COMM_WORLD_RANK",
                                                    "OMPI_COMM_WORLD_SIZE"},
                                           Launcher{"mpiexec", "PMI_RANK", "PMI_SIZE"},
                                           Launcher{"srun", "SLURM_PROCID", "SLURM_NTASKS"}),
                         [](const auto& test) { return std::string(test.param.name); });

// mpirun in a job of Slurm leaves the variables of the job as they are.
TEST_F(Node, OpenMpiComesBeforeSlurm) {
  expect_bad_input(node(scenario_),
                   "found 2 processes of mpirun, expected 5: 1 for the manager, 2 for servers, 2 "
                   "for workers",
                   {{"SLURM_PROCID", "0"},
                    {"SLURM_NTASKS", "5"},
                    {"OMPI_COMM_WORLD_RANK", "0"},
                    {"OMPI_COMM_WORLD_SIZE", "2"}});
}

// --- bad usage ----------------------------------------------------------------------------------

TEST_F(Node, BadRanks) {
  expect_bad_input(
      node(scenario_),
      "found no rank, expected --role and --rank, or the environment of srun or mpirun");
  expect_bad_input(node(scenario_, {"--role", "worker"}),
                   "found --role worker, expected --rank too");
  expect_bad_input(node(scenario_, {"--role", "worker", "--rank", "2"}),
                   "found --rank 2, expected a worker of the scenario, below 2");
  expect_bad_input(
      node(scenario_, {"--role", "worker", "--rank", "1", "--set", "/sockets/nodes_per_process=2"}),
      "worker[1] is in the process of worker[0]: start that");
  EXPECT_EQ(psgrid(node(scenario_, {"--rank", "1"})).exit_code, 2);
  EXPECT_EQ(psgrid(node(scenario_, {"--role", "chief"})).exit_code, 2);
}

TEST_F(Node, BadAddresses) {
  expect_bad_input(
      {"node", scenario_, "--role", "manager"},
      "found no address of the manager, expected --manager HOST:PORT or PSGRID_MANAGER");
  for (const char* address : {"127.0.0.1", "127.0.0.1:", ":7000", "::1:7000", "127.0.0.1:70000"})
    expect_bad_input(
        {"node", scenario_, "--role", "manager", "--manager", address},
        std::string("found the manager's address \"") + address + "\", expected HOST:PORT");
  expect_bad_input(node(scenario_, {"--role", "manager", "--listen", "0.0.0.0"}),
                   "found --listen 0.0.0.0, expected the address of one interface: the others are "
                   "told it");
}

TEST_F(Node, TokensThatAreMissingOrWrong) {
  const std::vector<std::string> elsewhere = {"node",    scenario_,   "--role",
                                              "manager", "--manager", "192.0.2.1:7000"};
  const std::string missing =
      "found no token, expected PSGRID_TOKEN or --token-file; psgrid node --make-token makes one";
  expect_bad_input(elsewhere, missing);
  expect_bad_input(node(scenario_, {"--role", "manager", "--listen", "192.0.2.1"}), missing);
  expect_bad_input(elsewhere, "PSGRID_TOKEN: expected a token, which is 32 hexadecimal digits",
                   {{"PSGRID_TOKEN", "secret"}});
  directory_.put("token", "secret\n");
  expect_bad_input(node(scenario_, {"--role", "manager", "--token-file", "token"}),
                   "token: expected a token, which is 32 hexadecimal digits");
  expect_bad_input(node(scenario_, {"--role", "manager", "--token-file", "nowhere"}),
                   "cannot read nowhere");
}

TEST_F(Node, FaultsThatNeedSignals) {
  auto document = learning(20);
  document["faults"] = {{{"at", "50ms"}, {"crash", "worker[1]"}}};
  const std::string scenario = directory_.put("faults.json", document.dump());
  expect_bad_input(node(scenario, {"--role", "manager"}),
                   "a crash is done with signals, which reach no other machine: use psgrid run "
                   "--on sockets");
}

TEST_F(Node, SomebodyElsesDirectory) {
  directory_.put("mine/thesis.tex", "text");
  const Ended ended = psgrid(node(scenario_, {"--role", "manager", "-o", "mine"}));
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.errors,
            "psgrid: will not write results to mine: it holds files that psgrid did not write\n");
}

// --- clusters that do not come about ------------------------------------------------------------

TEST_F(Node, PortInUse) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(0);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  const std::string taken = "127.0.0.1:" + std::to_string(port_of(listener));
  const Ended ended = psgrid({"node", scenario_, "--role", "manager", "--manager", taken});
  close(listener);
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_EQ(ended.errors, "psgrid: cannot listen at " + taken + ": Address already in use\n");
  EXPECT_FALSE(exists("psgrid-out"));
}

TEST_F(Node, AddressOfAnotherMachine) {
  const Ended ended = start({"node", scenario_, "--role", "manager", "--manager", "192.0.2.1:7000"},
                            {{"PSGRID_TOKEN", "0123456789abcdef0123456789abcdef"}})
                          ->wait();
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_EQ(ended.errors,
            "psgrid: cannot listen at 192.0.2.1:7000: Cannot assign requested address\n");
  EXPECT_FALSE(exists("psgrid-out"));
}

TEST_F(Node, NoManager) {
  const Ended ended = psgrid(node(scenario_, {"--role", "worker", "--rank", "1", "--wait", "0.3"}));
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_EQ(ended.errors, "psgrid: worker[1]: no connection to the manager at " + manager_ +
                              ": Connection refused\n");
}

// Earlier results are still there when nothing came of the next ones.
TEST_F(Node, ProcessesThatDoNotCome) {
  ASSERT_EQ(psgrid({"run", scenario_}).exit_code, 0);
  const auto manager = start(node(scenario_, {"--role", "manager", "--wait", "3"}));
  const auto worker = start(node(scenario_, {"--role", "worker", "--rank", "1"}));
  const std::string failure = "these did not come in time: server[0], server[1], worker[0]\n";
  const Ended managed = manager->wait(), joined = worker->wait();
  EXPECT_EQ(managed.exit_code, 1);
  EXPECT_EQ(managed.errors, "psgrid: " + failure);
  EXPECT_THAT(managed.output, IsEmpty());
  EXPECT_EQ(joined.exit_code, 1);
  EXPECT_EQ(joined.errors, "psgrid: worker[1]: the run failed: " + failure);
  EXPECT_EQ(read_json("psgrid-out/learns/summary.json")["backend"], "sim");
  EXPECT_TRUE(exists("psgrid-out/learns/report.html"));
}

class RefusedNode : public Node {
 protected:
  void expect_refusal(const std::vector<std::string>& arguments,
                      const std::map<std::string, std::string>& environment,
                      const std::string& expected) {
    const auto manager = start(node(scenario_, {"--role", "manager", "--wait", "3"}));
    const Ended refused = start(arguments, environment)->wait();
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_EQ(refused.errors, "psgrid: worker[0]: the manager at " + manager_ +
                                  " refused this process: expected " + expected + "\n");
    const Ended managed = manager->wait();
    EXPECT_EQ(managed.exit_code, 1);
    EXPECT_THAT(managed.errors,
                AllOf(HasSubstr("refused a connection from 127.0.0.1: expected " + expected + "\n"),
                      HasSubstr("these did not come in time: server[0], server[1], worker[0], ")));
    EXPECT_FALSE(exists("psgrid-out"));
  }

  const std::vector<std::string> worker_ = {"--role", "worker", "--rank", "0"};
};

TEST_F(RefusedNode, WithAnotherToken) {
  expect_refusal(node(scenario_, worker_), {{"PSGRID_TOKEN", "0123456789abcdef0123456789abcdef"}},
                 "the token of this cluster");
}

constexpr const char* kScenario =
    "the manager's scenario, with the same settings, data and version of psgrid";

TEST_F(RefusedNode, WithAnotherScenario) {
  auto arguments = node(scenario_, worker_);
  arguments.insert(arguments.end(), {"--set", "/job/batch=9"});
  expect_refusal(arguments, {}, kScenario);
}

TEST_F(RefusedNode, WithOtherData) {
  directory_.put("other/data.csv", "1,2,3,0\n" + contents(at("data.csv")));
  expect_refusal(node(directory_.put("other/learns.json", learning(20).dump()), worker_), {},
                 kScenario);
}

// Where a machine keeps its files is its own affair.
TEST_F(Node, FilesInOtherPlaces) {
  directory_.put("other/data.csv", contents(at("data.csv")));
  const std::string other = directory_.put("other/learns.json", learning(20).dump());
  std::vector<std::unique_ptr<Program>> programs;
  for (std::uint32_t process = 0; process < kProcesses; ++process)
    programs.push_back(start(node(process % 2 == 0 ? scenario_ : other, role_of(process))));
  for (const Ended& ended : wait(programs)) EXPECT_EQ(ended.exit_code, 0) << ended.errors;
}

// --- clusters that break ------------------------------------------------------------------------

class BrokenNode : public Node {
 protected:
  BrokenNode() : programs_(start_all(endless())) {
    begun_ = eventually([&] { return exists("psgrid-out/learns/scenario.json"); });
    usleep(300'000);
  }
  void expect_nobody_left() {
    EXPECT_TRUE(eventually([&] { return processes_with(at("endless.json")) == 0; }));
  }

  std::vector<std::unique_ptr<Program>> programs_;
  bool begun_ = false;
};

TEST_F(BrokenNode, ManagerLost) {
  ASSERT_TRUE(begun_);
  programs_[0]->signal(SIGKILL);
  const std::vector<Ended> ended = wait(programs_);
  for (std::uint32_t process = 1; process < kProcesses; ++process) {
    EXPECT_EQ(ended[process].exit_code, 1);
    EXPECT_THAT(ended[process].errors,
                MatchesRegex("psgrid: (server|worker)\\[.\\]: lost the manager at " + manager_ +
                             ": [^\n]+\n"));
  }
  expect_nobody_left();
}

TEST_F(BrokenNode, WorkerLost) {
  ASSERT_TRUE(begun_);
  programs_[4]->signal(SIGKILL);
  const std::vector<Ended> ended = wait(programs_);
  EXPECT_EQ(ended[0].exit_code, 1);
  EXPECT_THAT(ended[0].errors, HasSubstr("psgrid: worker[1] was lost: "));
  EXPECT_EQ(read_json("psgrid-out/learns/summary.json")["status"], "failed");
  for (std::uint32_t process = 1; process < 4; ++process) {
    EXPECT_EQ(ended[process].exit_code, 1);
    EXPECT_THAT(ended[process].errors, HasSubstr(": the run failed: worker[1] was lost: "));
  }
  expect_nobody_left();
}

TEST_F(BrokenNode, AllInterrupted) {
  ASSERT_TRUE(begun_);
  for (const auto& program : programs_) program->signal_group(SIGTERM);
  for (const Ended& ended : wait(programs_)) EXPECT_EQ(ended.exit_code, 3) << ended.errors;
  EXPECT_EQ(read_json("psgrid-out/learns/summary.json")["status"], "interrupted");
  expect_nobody_left();
}

TEST_F(BrokenNode, ManagerInterrupted) {
  ASSERT_TRUE(begun_);
  programs_[0]->signal(SIGINT);
  const std::vector<Ended> ended = wait(programs_);
  EXPECT_EQ(ended[0].exit_code, 3);
  for (std::uint32_t process = 1; process < kProcesses; ++process) {
    EXPECT_EQ(ended[process].exit_code, 0);
    EXPECT_THAT(ended[process].errors, IsEmpty());
  }
  EXPECT_EQ(read_json("psgrid-out/learns/summary.json")["status"], "interrupted");
  expect_nobody_left();
}

TEST_F(Node, InterruptedBeforeAllCame) {
  const auto manager = start(node(scenario_, {"--role", "manager"}));
  usleep(500'000);
  manager->signal(SIGINT);
  const Ended ended = manager->wait();
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_EQ(ended.errors, "psgrid: interrupted before all processes came\n");
  EXPECT_FALSE(exists("psgrid-out"));
}

}  // namespace
}  // namespace psgrid::testing
