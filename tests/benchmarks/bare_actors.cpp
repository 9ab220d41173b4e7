#include "tests/benchmarks/bare_actors.hpp"

#include <functional>
#include <string>
#include <vector>

#include <simgrid/s4u.hpp>
#include <simgrid/version.h>

#include "tests/benchmarks/bare_platform.hpp"

namespace psgrid::benchmarks {

namespace s4u = simgrid::s4u;

namespace {

/// What a worker puts in a server's mailbox; the server answers with the same object.
struct Request {
  s4u::Mailbox* reply_to;
  std::uint64_t reply_bytes;
};

void add_actor(s4u::Host* host, const std::function<void()>& code) {
#if SIMGRID_VERSION >= 40000
  host->add_actor(host->get_name(), code);
#else
  s4u::Actor::create(host->get_name(), host, code);
#endif
}

void serve(s4u::Mailbox* inbox, std::size_t requests) {
  inbox->set_receiver(s4u::Actor::self());
  for (std::size_t i = 0; i < requests; ++i) {
    auto* request = inbox->get<Request>();
    request->reply_to->put_init(request, request->reply_bytes)->detach();
  }
}

/// Sends the request to every server, beginning with `first`, and waits for all the replies.
void exchange(const std::vector<s4u::Mailbox*>& servers, std::size_t first, s4u::Mailbox* inbox,
              Request& request, std::uint64_t request_bytes) {
  std::vector<s4u::CommPtr> sends;
  for (std::size_t i = 0; i < servers.size(); ++i)
    sends.push_back(servers[(first + i) % servers.size()]->put_async(&request, request_bytes));
  for (std::size_t i = 0; i < servers.size(); ++i) inbox->get<Request>();
  for (const auto& send : sends) send->wait();
}

void work(const Pattern& pattern, const std::vector<s4u::Mailbox*>& servers, std::size_t index,
          s4u::Mailbox* inbox) {
  inbox->set_receiver(s4u::Actor::self());
  Request push{inbox, kSmallMessageBytes};
  Request pull{inbox, pattern.message_bytes};
  for (std::size_t round = 0; round < pattern.rounds; ++round) {
    exchange(servers, index % servers.size(), inbox, push, pattern.message_bytes);
    exchange(servers, index % servers.size(), inbox, pull, kSmallMessageBytes);
  }
}

}  // namespace

BareResult run_bare_actors(const Pattern& pattern) {
  s4u::Engine engine("bare_actors");
  use_exact_network_model();
  s4u::Engine::set_config("contexts/stack-size:64");
  const BarePlatform platform = build_bare_platform(pattern);

  const std::size_t requests_per_server = 2 * pattern.workers * pattern.rounds;
  std::vector<s4u::Mailbox*> servers;
  for (auto* host : platform.servers) {
    auto* inbox = engine.mailbox_by_name_or_create(host->get_name());
    servers.push_back(inbox);
    add_actor(host, [=] { serve(inbox, requests_per_server); });
  }
  for (std::size_t i = 0; i < pattern.workers; ++i) {
    auto* host = platform.workers[i];
    auto* inbox = engine.mailbox_by_name_or_create(host->get_name());
    add_actor(host, [&, i, inbox] { work(pattern, servers, i, inbox); });
  }

  const double start = cpu_now();
  engine.run();
  return {pattern.messages(), s4u::Engine::get_clock(), cpu_now() - start};
}

}  // namespace psgrid::benchmarks
