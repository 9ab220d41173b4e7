// Threads that compute gradients while the simulation goes on.
//
// Each task is a pure function of what its node set aside for it, so which thread runs it, and
// when, changes nothing. A task that nobody has begun when its result is needed is run by whoever
// needs it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace psgrid::sim {

class MathPool {
 public:
  class Task {
   public:
    explicit Task(std::function<void()> body) : body_(std::move(body)) {}

   private:
    friend class MathPool;
    bool begin() {
      State expected = State::kWaiting;
      return state_.compare_exchange_strong(expected, State::kRunning);
    }
    void run();
    void end();

    enum class State { kWaiting, kRunning, kDone };
    std::atomic<State> state_ = State::kWaiting;
    std::function<void()> body_;
  };
  using TaskPtr = std::shared_ptr<Task>;

  // threads: besides the caller's; 0 makes every task run where its result is needed.
  explicit MathPool(unsigned threads);
  ~MathPool();

  void submit(TaskPtr task);
  TaskPtr submit(std::function<void()> body);

  // Returns when the task is done; a task that no thread has begun, submitted or not, is done here.
  void finish(const TaskPtr& task);

  // The same, but a task that no thread has begun is never run.
  void abandon(const TaskPtr& task);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<TaskPtr> waiting_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace psgrid::sim
