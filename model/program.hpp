// A worker program: a coroutine that a worker node runs, suspended while it waits for a verb.
//
// Destroying the Program destroys the coroutine's frame, wherever it stands.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace psgrid {

class Program {
 public:
  struct promise_type {
    Program get_return_object() {
      return Program(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };

  Program() = default;
  Program(Program&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Program& operator=(Program&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Program() {
    if (frame_) frame_.destroy();
  }

  // Runs to the next verb that has to wait, or to the end.
  void resume() { frame_.resume(); }

  bool is_running() const { return frame_ && !frame_.done(); }

 private:
  explicit Program(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  std::coroutine_handle<promise_type> frame_;
};

}  // namespace psgrid
