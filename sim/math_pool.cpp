#include "sim/math_pool.hpp"

namespace psgrid::sim {

void MathPool::Task::run() {
  body_();
  end();
}

void MathPool::Task::end() {
  state_.store(State::kDone, std::memory_order_release);
  state_.notify_all();
}

MathPool::MathPool(unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

MathPool::~MathPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    waiting_.clear();
  }
  arrived_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void MathPool::submit(TaskPtr task) {
  if (threads_.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(task));
  }
  arrived_.notify_one();
}

MathPool::TaskPtr MathPool::submit(std::function<void()> body) {
  auto task = std::make_shared<Task>(std::move(body));
  submit(task);
  return task;
}

void MathPool::finish(const TaskPtr& task) {
  if (task->begin()) return task->run();
  task->state_.wait(Task::State::kRunning, std::memory_order_acquire);
}

void MathPool::abandon(const TaskPtr& task) {
  if (task->begin()) return task->end();
  task->state_.wait(Task::State::kRunning, std::memory_order_acquire);
}

void MathPool::work() {
  while (true) {
    TaskPtr task;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
      if (closing_) return;
      task = std::move(waiting_.front());
      waiting_.pop_front();
    }
    if (task->begin()) task->run();
  }
}

}  // namespace psgrid::sim
