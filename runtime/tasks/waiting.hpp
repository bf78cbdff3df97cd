// How a task waits for something that only it sees.
#pragma once
#include "runtime/tasks/task.hpp"

namespace aio::detail {
/// A wait that lives in the frame that awaits it: what asyncio does with a future that nobody else sees. Sleeps, locks
/// and queues are built on it. `co_await waiter` returns after wake(), and throws CancelledError after cancel().
struct Waiter : Waitable {
    Waiter() = default;
    Waiter(Waiter&&) = delete;
    bool done() const noexcept { return phase_ != Phase::pending; }
    bool cancelled() const noexcept { return phase_ == Phase::cancelled; }
    /// Queues the task in its loop, behind what is ready. False if it has been woken or cancelled before. Both throw
    /// RuntimeError in a wrong thread.
    bool wake() { return end(Phase::woken); }
    bool cancel() override { return end(Phase::cancelled); }
    std::string what() const override { return ""; }
    TaskState* task() const noexcept { return task_; }  ///< null until it is awaited

    bool await_ready() const noexcept { return done(); }
    void await_suspend(std::coroutine_handle<>) {
        task_ = &TaskState::current();
        task_->suspend_until(*this);
    }
    void await_resume() const {
        resumed();
        if (cancelled()) throw CancelledError();
    }
  private:
    enum class Phase : std::uint8_t { pending, woken, cancelled };
    bool end(Phase phase) {
        if (done()) return false;
        if (task_) task_->loop()->queue(*task_);
        phase_ = phase;
        return true;
    }
    TaskState* task_ = nullptr;
    Phase phase_ = Phase::pending;
};

/// A timer of the running loop that is disarmed with the frame or object in which it lives.
struct ScopedTimer : Timer {
    void arm(TimePoint deadline) { get_running_loop().timers().arm(*this, deadline); }
    void arm(Duration delay) { get_running_loop().arm(*this, delay); }
    /// Whether it will run yet.
    bool pending() const noexcept { return armed() || linked(); }
    /// Also when it has fired and is queued: it won't run.
    void disarm() noexcept {
        if (armed()) heap->disarm(*this);
        unlink();
    }
  protected:
    ~ScopedTimer() { disarm(); }
};

/// Wakes `waiter`: as a timer when the time has come, as a callback of a future when that is done.
struct Waker final : ScopedTimer {
    explicit Waker(Waiter& w) noexcept : waiter(w) {}
    void run() noexcept override { waiter.wake(); }
    const Entry* wakes() const noexcept override { return waiter.task(); }
    Waiter& waiter;
};
}  // namespace aio::detail
