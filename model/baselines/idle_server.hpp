// A server of a cluster whose architecture has no use for it: it is there, and that is all.
#pragma once

#include <memory>
#include <utility>

#include "model/job.hpp"
#include "model/member.hpp"
#include "model/node.hpp"

namespace psgrid {

class IdleServer final : public Node {
 public:
  IdleServer(std::shared_ptr<const Job> job, Context& context) : member_(std::move(job), context) {}

  void on_start() override { member_.join(); }
  void on_message(NodeId from, const MessagePtr& message) override {
    if (const auto* welcome = std::get_if<Welcome>(message.get()))
      member_.install(welcome->view, from);
    if (std::holds_alternative<Stop>(*message)) member_.stop();
  }
  void on_timer(TimerId timer) override { member_.on_timer(timer); }
  void on_compute_done(ComputeId) override {}

 private:
  Member member_;
};

}  // namespace psgrid
