// Writes the checkpoints of a run to files, and passes everything on to another observer.
#pragma once

#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "analysis/result.hpp"
#include "model/job.hpp"
#include "model/run_observer.hpp"
#include "scenarios/checkpoint_files.hpp"

namespace psgrid::scenarios {

class CheckpointWriter final : public RunObserver {
 public:
  CheckpointWriter(std::filesystem::path folder, std::shared_ptr<const Job> job, RunObserver& next)
      : folder_(std::move(folder)), job_(std::move(job)), next_(next) {}

  void on_checkpoint(const CheckpointPtr& checkpoint) override {
    if (!failure_) failure_ = write_checkpoint(folder_, *checkpoint, *job_);
  }

  // The first that could not be written, if any.
  const analysis::Failure& failure() const { return failure_; }

  void on_record(Time now, NodeId node, const Record& record) override {
    next_.on_record(now, node, record);
  }
  bool wants_traces() const override { return next_.wants_traces(); }
  void on_message(const MessageTrace& message) override { next_.on_message(message); }
  void on_work(const WorkTrace& work) override { next_.on_work(work); }
  void on_message_totals(const std::vector<TypeTotals>& totals) override {
    next_.on_message_totals(totals);
  }
  void on_totals(Time now, const std::vector<NodeTotals>& totals) override {
    next_.on_totals(now, totals);
  }

 private:
  const std::filesystem::path folder_;
  const std::shared_ptr<const Job> job_;
  RunObserver& next_;
  analysis::Failure failure_;
};

}  // namespace psgrid::scenarios
