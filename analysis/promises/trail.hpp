// What an audited run leaves behind, in the order in which it happened: the promises are checked
// on nothing else, so they can be on either runtime.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "model/run_observer.hpp"
#include "model/run_spec.hpp"

namespace psgrid::analysis {

struct TrailRecord {
  Time at;
  NodeId node;
  std::uint32_t incarnation = 0;  // of the node: how often it had been started anew
  Record what;
};

struct Trail {
  RunSpec run;
  std::vector<TrailRecord> records;
  std::deque<MessageTrace> messages;  // the last that were delivered, as many as were to be kept
  Time end;
  bool real_time = false;  // of real processes: not even a promise about time is kept to the tick
  std::optional<MessageFates> fates;  // on the simulator, which sees all of them
  Time last_work{-1};  // when a message was delivered that did more than show that a node is there
};

// Whether messages of this type only show that a node is there, or tell it what it may know.
bool is_sign_of_life(std::string_view message_type);

// Keeps a run's records; those that no promise is checked on are left out.
class TrailRecorder final : public RunObserver {
 public:
  // Passes everything on to `next` besides, if there is one. Keeps the last so many messages.
  explicit TrailRecorder(const RunSpec& run, RunObserver* next = nullptr, std::size_t messages = 0,
                         bool real_time = false);

  void on_record(Time now, NodeId node, const Record& record) override;
  bool wants_traces() const override { return true; }
  void on_message(const MessageTrace& message) override;
  void on_work(const WorkTrace& work) override;
  void on_message_totals(const std::vector<TypeTotals>& totals) override;
  void on_message_fates(const MessageFates& fates) override;
  void on_totals(Time now, const std::vector<NodeTotals>& totals) override;

  // Once, after the run.
  Trail finish();

 private:
  RunObserver* const next_;
  const std::size_t messages_most_;
  Trail trail_;
  std::vector<std::uint32_t> incarnations_;  // by node index
};

}  // namespace psgrid::analysis
