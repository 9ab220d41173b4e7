// A run on sockets, seen from the process that began it: starts the processes of the cluster, lets
// them begin together, watches over them, and tells an observer what they report.
//
// Whatever happens to this process, or to any of them, none outlives it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include "model/job.hpp"
#include "model/message_totals.hpp"
#include "model/run_observer.hpp"
#include "real/child_processes.hpp"
#include "real/control_channel.hpp"
#include "real/journal.hpp"
#include "real/node_process.hpp"
#include "real/placement.hpp"
#include "real/time_line.hpp"

namespace psgrid::real {

struct SocketRunOptions {
  // Called several times a second; false interrupts the run.
  std::function<bool(Time now, std::uint64_t events)> keep_going;
  std::function<void(const std::string& line)> on_log;

  // Called once all processes are there, if set; false interrupts the run.
  std::function<bool()> on_begin;

  // For clusters of several machines: where to listen (which the process of this machine does too),
  // which processes to start here (all if absent), and what they have in common. Faults that need
  // signals (crash, restart, pause, resume) can only hit processes of this machine.
  std::string listen_address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: of the kernel's choice
  std::optional<std::vector<std::uint32_t>> local_processes;
  std::optional<Token> token;    // made if absent
  std::uint64_t scenario = 0;    // fingerprint
  double gathering_time_s = 60;  // for all processes to come
};

enum class SocketRunEnd { kJobFinished, kInterrupted, kFailed };

class SocketRun {
 public:
  // Listens from then on. Throws std::system_error if that is not possible.
  SocketRun(std::shared_ptr<const Job> job, RunObserver& observer, SocketRunOptions options);
  ~SocketRun();

  // Once. Throws std::system_error if the machine refuses a process.
  SocketRunEnd run();

  // Whether all processes came, so that there is something to observe.
  bool began() const { return clock_.has_value(); }

  const std::string& failure() const { return failure_; }  // of kFailed
  std::uint64_t events() const;
  const Overruns& overruns() const { return overruns_; }

 private:
  enum class Phase { kGathering, kRunning, kFinishing, kOver };
  struct Member {
    std::shared_ptr<ControlChannel> channel;
    PeerAddress address;
    std::uint64_t events = 0;
    bool idle = false;
    bool gave_totals = false;
    bool down = false;                 // by a fault
    bool paused = false;               // likewise
    bool surrenders = false;           // down, as soon as it has said what its nodes keep
    bool to_be_started = false;        // once it has
    std::map<NodeId, Memory> kept;     // by its nodes
    std::unique_ptr<Journal> journal;  // of an audited run
  };

  void start_children();
  void start_child(std::uint32_t process, bool with_cluster);
  void take(std::uint32_t process, Observed observed);
  void keep_checkpoints(Observed& observed);
  void add_missing_totals();
  void accept();
  void welcome(std::shared_ptr<ControlChannel> channel);
  void on_hello(const std::shared_ptr<ControlChannel>& channel, const Hello& hello);
  std::string refusal(const Hello& hello) const;
  void on_message(std::uint32_t process, ControlMessage message);
  void begin();
  void finish(SocketRunEnd end, Time at);
  void fail(const std::string& why);
  bool is_interrupted() const;
  void on_lost(std::uint32_t process, const std::string& why);
  void tick();
  void reap_children();
  bool is_stuck();

  // Faults (socket_run_faults.cpp).
  void schedule_faults();
  void wait_for(Time at, std::function<void()> action);
  void begin_fault(const FaultSpec& fault);
  void end_fault(const FaultSpec& fault);
  void begin_fault_of(std::uint32_t process, FaultKind kind);
  void reset_links(const FaultSpec& fault);
  void let_go_on(std::uint32_t process);
  void lose_cluster(const FaultSpec& fault);
  void start_cluster_if_due();
  bool keeps_memory(std::uint32_t process) const;
  void kill(std::uint32_t process);
  void restart(std::uint32_t process);
  void on_restarted(std::uint32_t process);
  void tell(const FaultSpec& fault, NodeId node);
  void end_if_done();
  Time now() const;
  void log(const std::string& line) const;

  const std::shared_ptr<const Job> job_;
  RunObserver& observer_;
  const SocketRunOptions options_;
  const Placement placement_;
  const Token token_;
  ChildProcesses children_;
  asio::io_context io_{1};
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer ticker_{io_};
  std::vector<std::unique_ptr<asio::steady_timer>> fault_timers_;
  std::size_t faults_to_come_ = 0;
  Begin begin_;
  std::uint64_t events_seen_ = 0;
  std::chrono::steady_clock::time_point active_at_;  // when an event was last seen
  std::vector<std::shared_ptr<ControlChannel>> strangers_;
  CheckpointCollector checkpoints_;
  CheckpointPtr started_from_;  // by the cluster as a whole
  bool restarting_ = false;     // as a whole: some processes are not there yet
  bool all_ended_ = false;      // those that were there before
  Time down_until_;
  std::vector<Member> members_;  // by process
  TimeLine time_line_;
  std::optional<RunClock> clock_;
  Phase phase_ = Phase::kGathering;
  SocketRunEnd end_ = SocketRunEnd::kFailed;
  Time ended_at_;
  std::chrono::steady_clock::time_point phase_until_;
  std::string failure_;
  std::vector<NodeTotals> totals_;
  MessageTotals message_totals_;
  Overruns overruns_;
};

}  // namespace psgrid::real
