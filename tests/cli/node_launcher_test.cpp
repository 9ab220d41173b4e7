// `psgrid node` where it is meant to run: under real launchers, and on machines of their own, which
// are network namespaces here. Skipped where the machine does not have them.
#include <filesystem>
#include <optional>

#include "tests/cli/node_cluster.hpp"

namespace psgrid::testing {
namespace {

// The full path of a program; empty if there is none.
std::string program(const std::string& name) {
  for (const char* folder : {"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"})
    if (std::filesystem::exists(folder + name)) return folder + name;
  return "";
}

Ended run(const std::string& name, std::vector<std::string> arguments,
          ProgramOptions options = {}) {
  options.program = program(name);
  return Program(std::move(arguments), options).wait();
}

class Launched : public NodeCluster {
 protected:
  // The launcher's own options, then the command that it starts.
  void expect_it_works(const std::string& launcher, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {PSGRID_PROGRAM, "node", scenario_, "--quiet"});
    const Ended ended =
        run(launcher, arguments,
            {.directory = directory_.path(),
             .environment = {{"PSGRID_MANAGER", manager_},
                             {"PSGRID_TOKEN", "0123456789abcdef0123456789abcdef"}}});
    EXPECT_EQ(ended.exit_code, 0) << ended.errors;
    EXPECT_THAT(ended.output, ::testing::StartsWith("learns, BSP, seed 1: done\n"));
    expect_results_of_the_simulator();
  }
};

TEST_F(Launched, ByOpenMpi) {
  if (program("mpirun").empty() ||
      run("mpirun", {"--version"}).output.find("Open MPI") == std::string::npos)
    GTEST_SKIP() << "Open MPI is not installed";
  expect_it_works("mpirun", {"--allow-run-as-root", "--oversubscribe", "-n", "5"});
}

TEST_F(Launched, BySlurm) {
  if (program("srun").empty() ||
      run("srun", {"--immediate=5", "--mpi=none", "-n", "5", "--overcommit", "true"}).exit_code !=
          0)
    GTEST_SKIP() << "Slurm is not running";
  expect_it_works("srun", {"--mpi=none", "-n", "5", "--overcommit"});
}

// Machines on one switch, each with an address of its own; gone with the object.
class Machines {
 public:
  explicit Machines(std::uint32_t count) {
    made_ = ip({"netns", "add", name("switch")}) &&
            ip({"-n", name("switch"), "link", "add", "bridge", "type", "bridge"}) &&
            ip({"-n", name("switch"), "link", "set", "bridge", "up"});
    for (std::uint32_t machine = 0; machine < count && made_; ++machine) made_ = add(machine);
  }
  ~Machines() {
    for (const std::string& space : spaces_) ip({"netns", "del", space});
  }
  Machines(const Machines&) = delete;
  Machines& operator=(const Machines&) = delete;

  bool made() const { return made_; }
  static std::string address(std::uint32_t machine) {
    return "10.77.0." + std::to_string(machine + 1);
  }

  std::unique_ptr<Program> start(std::uint32_t machine, std::vector<std::string> arguments,
                                 ProgramOptions options) const {
    arguments.insert(arguments.begin(),
                     {"netns", "exec", name(std::to_string(machine)), PSGRID_PROGRAM});
    options.program = program("ip");
    return std::make_unique<Program>(std::move(arguments), options);
  }
  bool unplug(std::uint32_t machine) {
    return ip({"-n", name("switch"), "link", "del", "port" + std::to_string(machine)});
  }

 private:
  static std::string name(const std::string& what) {
    return "psgrid-test-" + std::to_string(getpid()) + "-" + what;
  }
  bool ip(const std::vector<std::string>& arguments) {
    if (arguments[0] == "netns" && arguments[1] == "add") spaces_.push_back(arguments[2]);
    return run("ip", arguments).exit_code == 0;
  }
  bool add(std::uint32_t machine) {
    const std::string space = name(std::to_string(machine));
    const std::string port = "port" + std::to_string(machine);
    return ip({"netns", "add", space}) &&
           ip({"link", "add", "nic", "netns", space, "type", "veth", "peer", "name", port, "netns",
               name("switch")}) &&
           ip({"-n", name("switch"), "link", "set", port, "master", "bridge", "up"}) &&
           ip({"-n", space, "address", "add", address(machine) + "/24", "dev", "nic"}) &&
           ip({"-n", space, "link", "set", "nic", "up"}) &&
           ip({"-n", space, "link", "set", "lo", "up"});
  }

  std::vector<std::string> spaces_;
  bool made_ = false;
};

class OnMachines : public NodeCluster {
 protected:
  void SetUp() override {
    if (geteuid() != 0 || program("ip").empty()) GTEST_SKIP() << "needs root and ip netns";
    machines_.emplace(kProcesses);
    if (!machines_->made()) GTEST_SKIP() << "this kernel has no namespaces, veth links or bridges";
  }

  // A process a machine.
  std::vector<std::unique_ptr<Program>> start_machines(const std::string& scenario) const {
    std::vector<std::unique_ptr<Program>> programs;
    for (std::uint32_t process = 0; process < kProcesses; ++process) {
      std::vector<std::string> arguments = {"node", scenario, "--quiet", "--manager",
                                            Machines::address(0) + ":7000"};
      for (const std::string& argument : role_of(process)) arguments.push_back(argument);
      programs.push_back(machines_->start(
          process, arguments,
          {.directory = directory_.path(),
           .environment = {{"PSGRID_TOKEN", "0123456789abcdef0123456789abcdef"}}}));
    }
    return programs;
  }

  std::optional<Machines> machines_;
};

TEST_F(OnMachines, RunsAcrossThem) {
  auto programs = start_machines(scenario_);
  for (const Ended& ended : wait(programs)) EXPECT_EQ(ended.exit_code, 0) << ended.errors;
  expect_results_of_the_simulator();
}

class OnMachinesLong : public OnMachines {};

// No connection is closed when a cable is pulled: silence has to be enough.
TEST_F(OnMachinesLong, UnpluggedMachineIsMissed) {
  auto programs = start_machines(endless());
  ASSERT_TRUE(eventually([&] { return exists("psgrid-out/learns/scenario.json"); }));
  usleep(300'000);
  ASSERT_TRUE(machines_->unplug(4));
  const std::vector<Ended> ended = wait(programs);
  EXPECT_EQ(ended[0].exit_code, 1);
  EXPECT_THAT(ended[0].errors, ::testing::HasSubstr("psgrid: worker[1] was lost: "));
  EXPECT_EQ(ended[4].exit_code, 1);
  EXPECT_THAT(ended[4].errors, ::testing::HasSubstr("lost the manager at 10.77.0.1:7000: "));
}

}  // namespace
}  // namespace psgrid::testing
