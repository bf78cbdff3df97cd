// sleep(): the smallest leaf there is.
#pragma once
#include <optional>
#include "runtime/tasks/waiting.hpp"

namespace aio {
namespace detail {
// [sleep]
struct SleepAwaiter {
    explicit SleepAwaiter(Duration delay) noexcept : delay_(delay) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> frame) {
        if (delay_ <= Duration::zero()) return TaskState::current().suspend_for_a_turn();
        wait(frame);
    }
    void await_resume() const {
        resumed();
        if (wait_) wait_->await_resume();
    }
  private:
    struct Wait final : Waiter {
        Wait() noexcept : timer(*this) {}  // no default member initialiser: clang 19 refuses that in an optional
        std::string what() const override { return "a sleep"; }
        Waker timer;
    };
    // Apart, so that giving up just a turn does not pay for it.
    [[gnu::noinline]] void wait(std::coroutine_handle<> frame) {
        wait_.emplace();
        wait_->timer.arm(delay_);
        wait_->await_suspend(frame);
    }

    Duration delay_;
    std::optional<Wait> wait_;
};
// [/sleep]

struct Sleep {
    SleepAwaiter operator co_await() const noexcept { return SleepAwaiter(delay); }
    Duration delay;
};
}  // namespace detail

/// Suspends the task for `delay`, never less: `co_await aio::sleep(250ms)`. Zero or less lets run what is ready now,
/// for one turn of the loop. Cancelled, it throws CancelledError, and its timer is gone. asyncio.sleep.
[[nodiscard]] inline detail::Sleep sleep(Duration delay) noexcept { return {delay}; }

/// The same, and returns `result`.
template <class T> Coroutine<T> sleep(Duration delay, T result) {
    co_await sleep(delay);
    co_return result;
}
}  // namespace aio
