#include "tests/benchmarks/bare_windowed.hpp"

#include <deque>
#include <memory>
#include <vector>

#include <simgrid/s4u.hpp>

#include "tests/benchmarks/bare_platform.hpp"

namespace psgrid::benchmarks {

namespace s4u = simgrid::s4u;

namespace {

constexpr std::size_t kWindow = 4;

enum class Kind { kPush, kAck, kRequest, kParameters };

struct Message {
  std::size_t worker;
  std::size_t server;
  Kind kind;
  s4u::CommPtr comm;
};

/// One direction of a NIC: `kWindow` slots and the messages that wait for one.
struct Port {
  std::size_t busy = 0;
  std::deque<Message*> waiting;
};

struct Node {
  s4u::Host* host;
  Port sending;
  Port receiving;
  std::size_t replies_missing = 0;
  std::size_t rounds_done = 0;
};

/// The pattern as a state machine. A message takes a slot of its sender, then one of its receiver,
/// and holds both until it has arrived.
class Exchange {
 public:
  Exchange(const Pattern& pattern, const BarePlatform& platform) : pattern_(pattern) {
    for (auto* host : platform.workers) workers_.push_back(Node{host, {}, {}, 0, 0});
    for (auto* host : platform.servers) servers_.push_back(Node{host, {}, {}, 0, 0});
  }

  void start() {
    for (std::size_t worker = 0; worker < workers_.size(); ++worker)
      send_to_all_servers(worker, Kind::kPush);
  }

  void on_arrival(Message& message) {
    release(sender(message).sending, &Exchange::acquire_receiver);
    release(receiver(message).receiving, &Exchange::transmit);
    switch (message.kind) {
      case Kind::kPush:
        reply(message, Kind::kAck);
        break;
      case Kind::kRequest:
        reply(message, Kind::kParameters);
        break;
      case Kind::kAck:
      case Kind::kParameters:
        on_reply(message);
        break;
    }
  }

 private:
  static bool from_worker(const Message& message) {
    return message.kind == Kind::kPush || message.kind == Kind::kRequest;
  }
  Node& sender(const Message& message) {
    return from_worker(message) ? workers_[message.worker] : servers_[message.server];
  }
  Node& receiver(const Message& message) {
    return from_worker(message) ? servers_[message.server] : workers_[message.worker];
  }

  void send_to_all_servers(std::size_t worker, Kind kind) {
    workers_[worker].replies_missing = servers_.size();
    for (std::size_t i = 0; i < servers_.size(); ++i)
      acquire_sender(new Message{worker, (worker + i) % servers_.size(), kind, nullptr});
  }

  void reply(const Message& message, Kind kind) {
    acquire_sender(new Message{message.worker, message.server, kind, nullptr});
  }

  void on_reply(const Message& message) {
    Node& worker = workers_[message.worker];
    if (--worker.replies_missing > 0) return;
    if (message.kind == Kind::kAck)
      send_to_all_servers(message.worker, Kind::kRequest);
    else if (++worker.rounds_done < pattern_.rounds)
      send_to_all_servers(message.worker, Kind::kPush);
  }

  void acquire_sender(Message* message) {
    acquire(sender(*message).sending, message, &Exchange::acquire_receiver);
  }
  void acquire_receiver(Message* message) {
    acquire(receiver(*message).receiving, message, &Exchange::transmit);
  }

  using Step = void (Exchange::*)(Message*);

  void acquire(Port& port, Message* message, Step next) {
    if (port.busy == kWindow) {
      port.waiting.push_back(message);
    } else {
      ++port.busy;
      (this->*next)(message);
    }
  }
  void release(Port& port, Step next) {
    if (port.waiting.empty()) {
      --port.busy;
    } else {
      Message* message = port.waiting.front();
      port.waiting.pop_front();
      (this->*next)(message);
    }
  }

  void transmit(Message* message) {
    const bool large = message->kind == Kind::kPush || message->kind == Kind::kParameters;
    message->comm = s4u::Comm::sendto_init(sender(*message).host, receiver(*message).host);
    message->comm->set_payload_size(large ? pattern_.message_bytes : kSmallMessageBytes);
    message->comm->set_data(message);
    message->comm->start();
  }

  const Pattern& pattern_;
  std::vector<Node> workers_;
  std::vector<Node> servers_;
};

}  // namespace

BareResult run_bare_windowed(const Pattern& pattern) {
  s4u::Engine engine("bare_windowed");
  use_exact_network_model();
  Exchange exchange(pattern, build_bare_platform(pattern));

  // SimGrid still uses a Comm after its completion callback: it is freed at the next one.
  std::unique_ptr<Message> arrived;
  s4u::Comm::on_completion_cb([&](const s4u::Activity& comm) {
    arrived.reset(comm.get_data<Message>());
    exchange.on_arrival(*arrived);
  });

  const double start = cpu_now();
  exchange.start();
  engine.run();
  return {pattern.messages(), s4u::Engine::get_clock(), cpu_now() - start};
}

}  // namespace psgrid::benchmarks
