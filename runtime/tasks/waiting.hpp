// How a task waits: the leaves of every chain of awaits.
#pragma once
#include <coroutine>
#include <cstdint>

#include "runtime/reactor/errors.hpp"
#include "runtime/reactor/event_loop.hpp"

namespace aio::detail {

class TaskState;
class FutureState;

/// What a suspended task waits for: whom Task::cancel asks first.
class Waitable {
  public:
    /// Ends the wait with CancelledError. False if it is over already.
    virtual bool cancel() = 0;
    virtual TaskState* as_task() noexcept { return nullptr; }

  protected:
    ~Waitable() = default;
};

// The three ways to block the current task, for the await_suspend of a leaf. Throw RuntimeError outside a task.

/// Until the loop's next turn. Nothing is waited for: a cancellation waits for that turn too.
void suspend_for_a_turn();
/// Until `future` is done.
void suspend_on(FutureState& future);
/// Until `wait` queues the task again.
TaskState& suspend_on(Waitable& wait);

/// To be called first when a leaf is resumed: throws CancelledError if the task was asked to end meanwhile.
void resumed();

/// A wait that belongs to one task and lives in the frame that awaits it: what asyncio does with a future that
/// nobody else sees. Locks, queues and timers are built on it. `co_await waiter` returns once wake() was
/// called, and throws CancelledError if cancel() came first.
class Waiter : public Waitable {
  public:
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    bool done() const noexcept { return phase_ != Phase::pending; }
    bool cancelled() const noexcept { return phase_ == Phase::cancelled; }

    /// Queues the task, behind what is ready. False if it has been woken or cancelled before.
    bool wake() noexcept { return end(Phase::woken); }
    bool cancel() noexcept override { return end(Phase::cancelled); }

    bool await_ready() const noexcept { return done(); }
    void await_suspend(std::coroutine_handle<>) { task_ = &suspend_on(*this); }
    void await_resume() const {
        resumed();
        if (cancelled()) throw CancelledError();
    }

  private:
    enum class Phase : std::uint8_t { pending, woken, cancelled };
    bool end(Phase phase) noexcept;

    TaskState* task_ = nullptr;  // null until it is awaited
    Phase phase_ = Phase::pending;
};

/// Wakes `waiter` when it runs: stands in the callbacks of a future, say.
class WakeEntry : public Entry {
  public:
    explicit WakeEntry(Waiter& waiter) noexcept : waiter_(waiter) {}
    void run() noexcept override { waiter_.wake(); }

  private:
    Waiter& waiter_;
};

/// A timer that lives in a frame: it is disarmed when the frame goes.
class ScopedTimer : public Timer {
  public:
    /// Throws RuntimeError where no loop runs.
    void arm(TimePoint deadline) { get_running_loop().timers().arm(*this, deadline); }
    void disarm() noexcept {
        if (armed()) running_loop->timers().disarm(*this);
        unlink();
    }

  protected:
    ~ScopedTimer() { disarm(); }
};

/// Wakes `waiter` when the time has come.
class WakeTimer final : public ScopedTimer {
  public:
    explicit WakeTimer(Waiter& waiter) noexcept : waiter_(waiter) {}
    void run() noexcept override { waiter_.wake(); }

  private:
    Waiter& waiter_;
};

}  // namespace aio::detail
