// The filters of one node for one direction, and what they save.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "model/filters/filter.hpp"
#include "model/message.hpp"
#include "model/node.hpp"
#include "model/records.hpp"

namespace psgrid {

class FilterChain {
 public:
  enum class Direction { kPush, kPull };

  // For a shard's replica, or a worker (shard 0). The job and the context outlive it.
  FilterChain(const Job& job, Context& context, Direction direction, std::uint32_t shard = 0);

  bool empty() const { return tables_.empty(); }

  // Whether a receiver may ask for a message again.
  bool may_be_asked_again() const { return asked_again_; }

  // weights: what a gradient was computed at; empty for answers. The occasion's are set to those of
  // each table.
  void change(std::vector<Section>& sections, const std::vector<Section>& weights,
              Occasion occasion);

  Sections pack(const Sections& sections, const Peer& to);
  std::optional<Sections> unpack(const Sections& sections, const Peer& from);
  void forget(const Peer& peer);

  // The same for the sections of a push or a pull; nothing if the sender has to send it again.
  MessagePtr pack(const MessagePtr& message, const Peer& to);
  MessagePtr unpack(const MessagePtr& message, const Peer& from);

  // Records what sections took before and after a filter changed them, since the last time.
  void record(Context& context);

 private:
  // The filters of a table, each with its place in the scenario's list; the list's end for
  // WideNumbers.
  struct Member {
    std::uint32_t index = 0;
    std::unique_ptr<Filter> filter;
  };

  void count(const Member& member, const Section& before, const Section& after);

  bool asked_again_ = false;
  std::vector<std::vector<Member>> tables_;  // empty if there are no filters at all
  std::vector<FilterTotals> totals_;         // by the filter's index
};

}  // namespace psgrid
