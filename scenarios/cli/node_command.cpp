#include <cctype>
#include <chrono>
#include <cstdlib>
#include <thread>

#include <fmt/format.h>

#include "real/endpoint.hpp"
#include "real/node_process.hpp"
#include "real/placement.hpp"
#include "real/token.hpp"
#include "scenarios/cli/commands.hpp"
#include "scenarios/cli/front.hpp"
#include "scenarios/cli/interrupt.hpp"
#include "scenarios/cli/job_files.hpp"
#include "scenarios/cli/launcher.hpp"
#include "scenarios/cli/single_run.hpp"

namespace psgrid::scenarios {

namespace {

constexpr std::chrono::seconds kTimeForTheManager{2};

// What is wrong with the options or the environment.
using Mistake = InputError;

template <class... Arguments>
Mistake mistake(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  return {.message = fmt::format(format, std::forward<Arguments>(arguments)...)};
}

// --- which process this is ----------------------------------------------------------------------

Result<std::uint32_t> process_of_role(const NodeOptions& options, const RunSpec& run,
                                      const real::Placement& placement) {
  const ClusterSpec& cluster = run.cluster;
  const Role role = options.role == "manager"  ? Role::kManager
                    : options.role == "server" ? Role::kServer
                                               : Role::kWorker;
  if (!options.rank && role != Role::kManager)
    return mistake("found --role {}, expected --rank too", options.role);
  const std::uint32_t rank = options.rank.value_or(0);
  if (rank >= count_of(cluster, role))
    return mistake("found --rank {}, expected a {} of the scenario, below {}", rank, options.role,
                   count_of(cluster, role));
  const std::uint32_t node = node_index(cluster, {role, rank});
  const std::uint32_t process = placement.process_of(node);
  if (const std::uint32_t first = placement.nodes_of(process).front(); first != node)
    return mistake("{} is in the process of {}: start that", to_string(node_at(cluster, node)),
                   to_string(node_at(cluster, first)));
  return process;
}

// "4: 1 for the manager, 1 for servers, 2 for workers"
std::string expected_tasks(const RunSpec& run, const real::Placement& placement) {
  std::uint32_t count[3] = {};
  for (std::uint32_t process = 0; process < placement.processes(); ++process)
    ++count[static_cast<std::size_t>(
        node_at(run.cluster, placement.nodes_of(process).front()).role)];
  return fmt::format("{}: {} for the manager, {} for servers, {} for workers",
                     placement.processes(), count[static_cast<std::size_t>(Role::kManager)],
                     count[static_cast<std::size_t>(Role::kServer)],
                     count[static_cast<std::size_t>(Role::kWorker)]);
}

Result<std::uint32_t> find_process(const NodeOptions& options, const RunSpec& run,
                                   const real::Placement& placement) {
  if (!options.role.empty()) return process_of_role(options, run, placement);
  const auto launcher = launcher_rank([](const char* name) { return std::getenv(name); });
  if (!launcher) return launcher.errors;
  if (!*launcher)
    return mistake(
        "found no rank, expected --role and --rank, or the environment of srun or mpirun");
  if ((*launcher)->tasks != placement.processes())
    return mistake("found {} processes of {}, expected {}", (*launcher)->tasks,
                   (*launcher)->launcher, expected_tasks(run, placement));
  return (*launcher)->rank;
}

// --- where the others are -----------------------------------------------------------------------

std::string from_environment(const char* name) {
  const char* text = std::getenv(name);
  return text ? text : "";
}

Result<real::HostPort> find_manager(const NodeOptions& options) {
  const std::string text =
      options.manager.empty() ? from_environment("PSGRID_MANAGER") : options.manager;
  if (text.empty())
    return mistake(
        "found no address of the manager, expected --manager HOST:PORT or PSGRID_MANAGER");
  if (const auto manager = real::parse_host_port(text)) return *manager;
  return mistake("found the manager's address \"{}\", expected HOST:PORT", text);
}

// Empty if it is to be deduced.
Result<std::string> find_listen_address(const NodeOptions& options) {
  if (options.listen.empty()) return std::string();
  const auto address = real::address_of(options.listen);
  if (!address)
    return mistake("found --listen {}, expected an address of this machine", options.listen);
  if (real::is_unspecified(*address))
    return mistake(
        "found --listen {}, expected the address of one interface: the others are told it",
        options.listen);
  return *address;
}

// A cluster that nobody outside this machine can reach may do without.
Result<real::Token> find_token(const NodeOptions& options, bool loopback) {
  std::string text = from_environment("PSGRID_TOKEN");
  std::string source = "PSGRID_TOKEN";
  if (!options.token_file.empty()) {
    source = options.token_file;
    const auto file = analysis::read_text(options.token_file);
    if (!file.ok()) return mistake("{}", file.error().message);
    text = file.value();
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  } else if (text.empty()) {
    if (loopback) return real::Token{};
    return mistake(
        "found no token, expected PSGRID_TOKEN or --token-file; psgrid node --make-token makes "
        "one");
  }
  if (const auto token = real::Token::parse(text)) return *token;
  return mistake("{}: expected a token, which is 32 hexadecimal digits", source);
}

struct Place {
  std::uint32_t process = 0;
  real::HostPort manager;
  std::string listen;           // numeric; empty if it is to be deduced
  std::string manager_address;  // numeric; empty if this machine does not know it
  real::Token token;
};

Result<Place> find_place(const NodeOptions& options, const RunSpec& run) {
  std::vector<InputError> errors;
  const auto take = [&](auto& to, auto&& result) {
    if (result)
      to = *result;
    else
      errors.insert(errors.end(), result.errors.begin(), result.errors.end());
    return static_cast<bool>(result);
  };
  Place place;
  take(place.process, find_process(options, run, real::Placement(run)));
  take(place.listen, find_listen_address(options));
  if (take(place.manager, find_manager(options)))
    place.manager_address = real::address_of(place.manager.host).value_or("");
  const bool loopback = real::is_loopback(place.manager_address) &&
                        (place.listen.empty() || real::is_loopback(place.listen));
  if (errors.empty()) take(place.token, find_token(options, loopback));
  if (!errors.empty()) return errors;
  return place;
}

// --- what it does -------------------------------------------------------------------------------

int manage(const NodeOptions& options, const Scenario& scenario, const Place& place) {
  const auto directory = plan_output(options, scenario);
  if (!directory) return kBadInput;
  SocketCluster cluster{.address = place.listen.empty() ? place.manager_address : place.listen,
                        .port = place.manager.port,
                        .token = place.token,
                        .wait_s = options.wait_s};
  if (cluster.address.empty()) {
    print_error(fmt::format("found the manager's host {}, which this machine does not know",
                            place.manager.host));
    return kBadInput;
  }
  if (real::is_loopback(cluster.address) && cluster.address != place.manager.host &&
      place.manager.host != "localhost")
    print_warnings(
        {mistake("{} is {} here, which no other machine can reach: if there are others, "
                 "give --listen an address that they can",
                 place.manager.host, cluster.address)});
  SingleRunOptions running = options;
  running.backend = Backend::kSockets;
  return run_single(scenario.base, running, *directory, cluster);
}

int join(const NodeOptions& options, const RunSpec& run, const Place& place) {
  const auto job = load_job(run);
  if (!job) {
    print_errors(job.errors);
    return kFailed;
  }
  const real::NodeProcessResult result =
      real::run_node_process(*job, {.process = place.process,
                                    .token = place.token,
                                    .hub_address = place.manager.host,
                                    .hub_port = place.manager.port,
                                    .listen_address = place.listen,
                                    .scenario = fingerprint(**job),
                                    .patience_s = options.wait_s,
                                    .keep_going = [] { return !interrupted(); }});
  if (interrupted()) {
    // Once one of its processes has ended, mpirun kills the others; the manager has yet to write.
    std::this_thread::sleep_for(kTimeForTheManager);
    return kInterrupted;
  }
  if (!result.why.empty())
    print_error(real::Placement(run).name_of(place.process) + ": " + result.why);
  return result.end == real::ProcessEnd::kFinished ? kDone : kFailed;
}

}  // namespace

int node_command(const NodeOptions& options) {
  if (options.make_token) return print_result(real::Token::make().text() + "\n") ? kDone : kFailed;
  if (options.scenario.empty()) {
    print_error("found no scenario, expected psgrid node SCENARIO");
    return kBadInput;
  }
  const auto scenario = load_with_options(options, false);
  if (!scenario || !check_inputs(*scenario, Backend::kSockets, false)) return kBadInput;
  const RunSpec& run = scenario->base;
  if (const std::string why = unsupported_elsewhere(run); !why.empty()) {
    print_error(why);
    return kBadInput;
  }
  const Result<Place> place = find_place(options, run);
  if (!place) {
    print_errors(place.errors);
    return kBadInput;
  }
  catch_interrupts();
  return place->process == 0 ? manage(options, *scenario, *place) : join(options, run, *place);
}

}  // namespace psgrid::scenarios
