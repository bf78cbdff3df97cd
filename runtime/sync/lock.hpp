// Lock: one at a time, first come, first served.
#pragma once
#include "runtime/sync/guard.hpp"
#include "runtime/sync/waiter_queue.hpp"

namespace aio {
/// asyncio.Lock of 3.11.2: between tasks, not threads. It must outlive those who wait for it or hold a guard.
class Lock {
  public:
    bool locked() const noexcept { return holder_ != 0; }
    /// `co_await lock.acquire()` takes it; waits while somebody else has it or came first, else neither suspends nor
    /// allocates. It has no owner: whoever has it waits for ever, if it takes it again. Cancelled while it waits, it
    /// has not taken it.
    auto acquire() { return detail::try_first<&Lock::free, &Lock::take, &Lock::acquire_slowly>(*this); }
    /// Gives it back and wakes the first who waits, who takes it in the next turn. RuntimeError if nobody has it.
    void release();
    /// `auto guard = co_await lock.scoped();` acquires, and releases when `guard` goes. asyncio: `async with lock`.
    auto scoped() { return detail::Scoped(acquire()); }
  private:
    bool free() const noexcept { return !locked() && !waiters_.any_not_cancelled(); }
    void take() { holder_ = detail::TaskState::current().number; }
    Coroutine<void> acquire_slowly();
    void wake_first();

    std::uint64_t holder_ = 0;  // the number of the task that has it, for the call graph alone; 0: nobody
    detail::WaiterQueue waiters_{"a lock", &holder_};
};
}  // namespace aio
