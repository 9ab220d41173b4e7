#include "real/socket_run.hpp"

#include <algorithm>
#include <cstdio>
#include <thread>
#include <utility>

#include "model/codec.hpp"

namespace psgrid::real {

namespace {

using asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{50};
constexpr std::chrono::seconds kFinishingTime{10};
constexpr std::chrono::seconds kQuietTime{2};
constexpr std::uint32_t kHelloBytesMax = 4096;
constexpr std::size_t kStrangersMax = 1024;

// From Begin to the moment that it names: for all processes to have read it.
std::int64_t head_start_ns(std::uint32_t processes) {
  return 50'000'000 + std::int64_t{processes} * 1'000'000;
}

}  // namespace

SocketRun::SocketRun(std::shared_ptr<const Job> job, RunObserver& observer,
                     SocketRunOptions options)
    : job_(std::move(job)),
      observer_(observer),
      options_(std::move(options)),
      placement_(job_->spec),
      token_(options_.token ? *options_.token : Token::make()),
      acceptor_(io_, tcp::endpoint(asio::ip::make_address(options_.listen_address), options_.port)),
      checkpoints_(job_->resumed),
      started_from_(job_->resumed),
      members_(placement_.processes()),
      time_line_(placement_.processes(), observer) {}

SocketRun::~SocketRun() = default;

void SocketRun::log(const std::string& line) const {
  if (options_.on_log) options_.on_log(line);
}

std::uint64_t SocketRun::events() const {
  std::uint64_t events = 0;
  for (const Member& member : members_) events += member.events;
  return events;
}

Time SocketRun::now() const { return clock_ ? std::max(Time{0}, clock_->now()) : Time{0}; }

// --- the beginning ------------------------------------------------------------------------------

SocketRunEnd SocketRun::run() {
  start_children();
  phase_until_ = SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(
                                          std::chrono::duration<double>(options_.gathering_time_s));
  accept();
  tick();
  while (phase_ != Phase::kOver) io_.run_one();
  if (!began()) return end_;
  time_line_.finish(ended_at_);
  add_missing_totals();
  std::sort(totals_.begin(), totals_.end(),
            [](const NodeTotals& a, const NodeTotals& b) { return a.node < b.node; });
  observer_.on_message_totals(message_totals_.list());
  observer_.on_totals(ended_at_, totals_);
  return end_;
}

void SocketRun::start_children() {
  if (options_.local_processes) {
    for (std::uint32_t process : *options_.local_processes) start_child(process, true);
  } else {
    for (std::uint32_t process = 0; process < placement_.processes(); ++process)
      start_child(process, true);
  }
}

void SocketRun::start_child(std::uint32_t process, bool with_cluster) {
  NodeProcessOptions options;
  options.process = process;
  options.incarnation = {members_[process].address.incarnation.value + 1};
  options.token = token_;
  options.hub_address = options_.listen_address;
  options.hub_port = acceptor_.local_endpoint().port();
  options.listen_address = options_.listen_address;
  options.scenario = options_.scenario;
  options.with_cluster = with_cluster;
  options.checkpoint = started_from_;
  options.memories = std::exchange(members_[process].kept, {});
  std::optional<int> journal;
  if (job_->spec.audited) {
    members_[process].journal = std::make_unique<Journal>();
    journal = members_[process].journal->descriptor();
    options.journal = ChildProcesses::kInherited;
  }
  const auto body = [&] {
    const NodeProcessResult result = run_node_process(job_, options);
    if (result.end == ProcessEnd::kFailed)
      std::fprintf(stderr, "psgrid: %s: %s\n", placement_.name_of(process).c_str(),
                   result.why.c_str());
    return static_cast<int>(result.end);
  };
  children_.start(process, body, journal);
}

// Of nodes that did not live to tell.
void SocketRun::add_missing_totals() {
  for (std::uint32_t process = 0; process < members_.size(); ++process) {
    if (members_[process].gave_totals) continue;
    for (std::uint32_t node : placement_.nodes_of(process)) {
      NodeTotals totals;
      totals.node = node_at(job_->spec.cluster, node);
      totals.host = placement_.hosts().host(placement_.hosts().host_of(node)).name;
      totals.incarnations = std::max(1u, members_[process].address.incarnation.value);
      totals_.push_back(std::move(totals));
    }
  }
}

void SocketRun::accept() {
  acceptor_.async_accept([this](std::error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error && strangers_.size() < kStrangersMax)
      welcome(std::make_shared<ControlChannel>(std::move(socket), kHelloBytesMax));
    accept();
  });
}

void SocketRun::welcome(std::shared_ptr<ControlChannel> channel) {
  strangers_.push_back(channel);
  const std::weak_ptr<ControlChannel> weak = channel;
  const auto forget = [this, weak] { std::erase(strangers_, weak.lock()); };
  channel->start({.on_message =
                      [this, weak](ControlMessage message) {
                        const auto stranger = weak.lock();
                        if (const auto* hello = std::get_if<Hello>(&message)) {
                          on_hello(stranger, *hello);
                        } else {
                          log("refused a connection from " +
                              stranger->remote_address().to_string() + ": expected a greeting");
                          stranger->close();
                        }
                        std::erase(strangers_, stranger);
                      },
                  .on_end = [forget](const std::string&) { forget(); }});
}

// What was expected of a process that cannot be let in.
std::string SocketRun::refusal(const Hello& hello) const {
  if (!hello.token.matches(token_)) return "the token of this cluster";
  if (hello.scenario != options_.scenario)
    return "the manager's scenario, with the same settings, data and version of psgrid";
  if (hello.process >= members_.size())
    return "a process of this cluster, below " + std::to_string(members_.size());
  const Member& member = members_[hello.process];
  const bool wanted = phase_ == Phase::kGathering || (phase_ == Phase::kRunning && member.down);
  if (member.channel || !wanted)
    return "a process that is not there yet, not " + placement_.name_of(hello.process) + " again";
  return "";
}

void SocketRun::on_hello(const std::shared_ptr<ControlChannel>& channel, const Hello& hello) {
  if (const std::string expected = refusal(hello); !expected.empty()) {
    log("refused a connection from " + channel->remote_address().to_string() + ": expected " +
        expected);
    channel->send(Refused{expected});
    return channel->close_when_sent();
  }
  const std::uint32_t process = hello.process;
  members_[process].channel = channel;
  members_[process].address = {hello.address, hello.port, hello.incarnation};
  channel->allow(kControlBytesMax);
  channel->start_over(
      {.on_message = [this,
                      process](ControlMessage message) { on_message(process, std::move(message)); },
       .on_end = [this, process](const std::string& why) { on_lost(process, why); }});
  if (phase_ == Phase::kRunning) return on_restarted(process);
  const auto there = [](const Member& member) { return member.channel != nullptr; };
  if (std::all_of(members_.begin(), members_.end(), there)) begin();
}

void SocketRun::begin() {
  if (options_.on_begin && !options_.on_begin()) return finish(SocketRunEnd::kInterrupted, now());
  phase_ = Phase::kRunning;
  const WallTime here = WallTime::now();
  begin_ = {.at = {here.nanoseconds + head_start_ns(placement_.processes())},
            .sent = here,
            .at_here = {SteadyTime::now().nanoseconds + head_start_ns(placement_.processes())},
            .traces = observer_.wants_traces(),
            .peers = {}};
  for (const Member& member : members_) begin_.peers.push_back(member.address);
  clock_.emplace(begin_.at_here);
  active_at_ = SteadyClock::now();
  for (const Member& member : members_) member.channel->send(begin_);
  schedule_faults();
}

// --- while it runs ------------------------------------------------------------------------------

void SocketRun::on_message(std::uint32_t process, ControlMessage message) {
  Member& member = members_[process];
  if (auto* observed = std::get_if<Observed>(&message)) {
    member.events = observed->events;
    member.idle = observed->idle;
    take(process, std::move(*observed));
  } else if (const auto* line = std::get_if<LogLine>(&message)) {
    if (phase_ == Phase::kRunning) log(placement_.name_of(process) + ": " + line->text);
  } else if (const auto* kept = std::get_if<Kept>(&message)) {
    const auto decoded = decode(kept->frame);
    if (!member.surrenders || !std::holds_alternative<Frame>(decoded)) return;
    member.kept[kept->node].since = kept->since;
    member.kept[kept->node].what.push_back(std::get<Frame>(decoded).message);
  } else if (std::holds_alternative<Surrendered>(message)) {
    if (member.surrenders) kill(process);
  } else if (auto* totals = std::get_if<Totals>(&message)) {
    if (std::exchange(member.gave_totals, true)) return;
    totals_.insert(totals_.end(), totals->nodes.begin(), totals->nodes.end());
    message_totals_.add(totals->messages);
    overruns_.add(totals->overruns);
    time_line_.end(process);
    end_if_done();
  }
}

void SocketRun::take(std::uint32_t process, Observed observed) {
  const Member& member = members_[process];
  if (member.journal) observed.records = member.journal->read();
  // Of one that has been killed nothing more is to come, whatever it had reported before.
  if (member.down && !member.surrenders) observed.until = Time::never();
  for (const Observed::Recorded& recorded : observed.records)
    if (std::holds_alternative<JobFinished>(recorded.record) && phase_ == Phase::kRunning)
      finish(SocketRunEnd::kJobFinished, recorded.at);
  keep_checkpoints(observed);
  time_line_.add(process, std::move(observed));
}

void SocketRun::keep_checkpoints(Observed& observed) {
  for (const Observed::Recorded& recorded : observed.records) {
    CheckpointPtr complete;
    if (const auto* part = std::get_if<CheckpointPart>(&recorded.record))
      complete = checkpoints_.add(recorded.at, *part);
    if (const auto* done = std::get_if<CheckpointDone>(&recorded.record))
      complete = checkpoints_.add(recorded.at, *done);
    if (complete) observer_.on_checkpoint(complete);
  }
  std::erase_if(observed.records, [](const Observed::Recorded& recorded) {
    return std::holds_alternative<CheckpointPart>(recorded.record);
  });
}

void SocketRun::tick() {
  ticker_.expires_after(kTick);
  ticker_.async_wait([this](std::error_code) {
    reap_children();
    const bool late = SteadyClock::now() > phase_until_;
    if (phase_ == Phase::kGathering && late) {
      std::string missing;
      for (std::uint32_t process = 0; process < members_.size(); ++process)
        if (!members_[process].channel)
          missing += (missing.empty() ? "" : ", ") + placement_.name_of(process);
      fail("these did not come in time: " + missing);
    } else if (phase_ == Phase::kRunning && is_stuck()) {
      fail("nothing was left to happen, but the job had not ended");
    } else if (phase_ == Phase::kFinishing && late) {
      phase_ = Phase::kOver;
    } else if (phase_ <= Phase::kRunning && is_interrupted()) {
      finish(SocketRunEnd::kInterrupted, now());
    }
    if (phase_ != Phase::kOver) tick();
  });
}

void SocketRun::reap_children() {
  children_.reap([this](std::uint32_t process, const std::string& words) {
    if (!members_[process].down)
      fail(placement_.name_of(process) + (words.empty() ? " ended before the job" : " " + words));
  });
}

// No process has anything left to do, and nothing has happened for a while.
bool SocketRun::is_stuck() {
  const std::uint64_t seen = events();
  const auto at_rest = [](const Member& member) {
    return member.down || (member.idle && !member.paused);
  };
  if (seen != events_seen_ || faults_to_come_ > 0 || restarting_ ||
      !std::all_of(members_.begin(), members_.end(), at_rest)) {
    events_seen_ = seen;
    active_at_ = SteadyClock::now();
  }
  return SteadyClock::now() - active_at_ > kQuietTime;
}

void SocketRun::on_lost(std::uint32_t process, const std::string& why) {
  members_[process].channel.reset();
  if (phase_ == Phase::kFinishing) return end_if_done();
  if (restarting_ && !all_ended_) return start_cluster_if_due();
  if (restarting_) return fail(placement_.name_of(process) + " was lost: " + why);
  if (members_[process].surrenders) return kill(process);
  if (members_[process].down) return;
  // How a child ended says more than how its connection did, but may be known a moment later.
  for (int tries = 0; tries < 100 && children_.has(process); ++tries) {
    reap_children();
    if (children_.has(process)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (phase_ < Phase::kFinishing) fail(placement_.name_of(process) + " was lost: " + why);
}

// --- the end ------------------------------------------------------------------------------------

void SocketRun::fail(const std::string& why) {
  if (phase_ >= Phase::kFinishing) return;
  // Whoever interrupts this process may have done the same to those that were lost.
  if (is_interrupted()) return finish(SocketRunEnd::kInterrupted, now());
  failure_ = why;
  finish(SocketRunEnd::kFailed, now());
}

bool SocketRun::is_interrupted() const {
  return options_.keep_going && !options_.keep_going(now(), events());
}

void SocketRun::finish(SocketRunEnd end, Time at) {
  end_ = end;
  ended_at_ = at;
  phase_ = Phase::kFinishing;
  phase_until_ = SteadyClock::now() + kFinishingTime;
  for (std::uint32_t process = 0; process < members_.size(); ++process) {
    if (members_[process].paused) let_go_on(process);
    if (members_[process].channel) members_[process].channel->send(Finish{failure_});
  }
  end_if_done();
}

void SocketRun::end_if_done() {
  const auto done = [](const Member& member) { return member.gave_totals || !member.channel; };
  if (phase_ != Phase::kFinishing || !std::all_of(members_.begin(), members_.end(), done)) return;
  for (const Member& member : members_)
    if (member.channel) member.channel->close();
  phase_ = Phase::kOver;
}

}  // namespace psgrid::real
