// Condition: wait until what a lock guards has changed.
#pragma once
#include "runtime/sync/lock.hpp"

namespace aio {
/// asyncio.Condition of 3.11.2. It must outlive those who wait for it.
///     auto guard = co_await condition.scoped();
///     co_await condition.wait_for([&] { return !jobs.empty(); });
class Condition {
  public:
    /// With a lock of its own.
    Condition() : lock_(own_lock_.emplace()) {}
    /// With a lock that it shares, and which must outlive it.
    explicit Condition(Lock& lock) noexcept : lock_(lock) {}

    // Those of the lock.
    bool locked() const noexcept { return lock_.locked(); }
    auto acquire() { return lock_.acquire(); }
    void release() { lock_.release(); }
    auto scoped() { return lock_.scoped(); }

    /// Gives the lock back, waits to be notified, and takes the lock again. Cancelled, it takes the lock again first,
    /// however often it is cancelled meanwhile, and then throws CancelledError; a notification that it has got by then
    /// is lost, as in 3.11.2. Throws RuntimeError if nobody has the lock.
    Coroutine<void> wait();
    /// Waits until `predicate()` is true, asked at once and after each notification, and returns what it gave.
    template <class F> auto wait_for(F&& predicate) {
        static_assert(detail::safe_callable<F>, "g++ 12 destroys such a temporary twice: give it a name first");
        return wait_until<std::decay_t<F>>(std::forward<F>(predicate));
    }
    /// Wakes the first `n` who wait, or fewer if there are no more. They go on when they have the lock, which the
    /// caller still has. Throws RuntimeError if nobody has it.
    void notify(std::size_t n = 1);
    void notify_all() { notify(static_cast<std::size_t>(-1)); }
  private:
    template <class F> Coroutine<std::decay_t<std::invoke_result_t<F&>>> wait_until(F predicate) {
        auto result = predicate();
        for (; !result; result = predicate()) co_await wait();
        co_return result;
    }

    std::optional<Lock> own_lock_;
    Lock& lock_;
    detail::WaiterQueue waiters_{"a condition"};
};
}  // namespace aio
