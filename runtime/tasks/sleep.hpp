// sleep(): the smallest leaf there is.
#pragma once
#include "runtime/tasks/task.hpp"

namespace aio {

namespace detail {

// [sleep]
class Sleep {
  public:
    explicit Sleep(Duration delay) noexcept : delay_(delay) {}

    class Awaiter {
      public:
        explicit Awaiter(Duration delay) noexcept : delay_(delay) {}
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> frame) {
            if (delay_ <= Duration::zero()) return suspend_for_a_turn();
            waiter_.await_suspend(frame);
            timer_.arm(saturating_add(get_running_loop().time(), delay_));
        }
        void await_resume() const { waiter_.await_resume(); }

      private:
        Duration delay_;
        Waiter waiter_;
        WakeTimer timer_{waiter_};
    };
    Awaiter operator co_await() const noexcept { return Awaiter(delay_); }

  private:
    Duration delay_;
};
// [/sleep]

}  // namespace detail

/// Suspends the task for `delay`, never less: `co_await aio::sleep(250ms)`. Zero or less lets everything run
/// that is ready now, for one turn of the loop. Cancelled, it throws CancelledError and its timer is gone.
/// asyncio.sleep.
[[nodiscard]] inline detail::Sleep sleep(Duration delay) noexcept { return detail::Sleep(delay); }

/// The same, returning `result`.
template <class T>
Coroutine<T> sleep(Duration delay, T result) {
    co_await sleep(delay);
    co_return result;
}

}  // namespace aio
