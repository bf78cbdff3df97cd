// Semaphore: so many at a time, first come, first served.
#pragma once
#include <limits>
#include "runtime/sync/guard.hpp"
#include "runtime/sync/waiter_queue.hpp"

namespace aio {
/// asyncio.Semaphore of 3.11.2. It must outlive those who wait for it.
class Semaphore {
  public:
    /// `value`: how many can be acquired. Throws ValueError if it is negative.
    explicit Semaphore(int value = 1) : Semaphore(value, std::numeric_limits<int>::max()) {}
    /// Whether acquire() would wait: none is left, or others came first.
    bool locked() const noexcept { return !free(); }
    /// `co_await semaphore.acquire()` takes one; waits where it must, else neither suspends nor allocates.
    /// Cancelled while it waits, it has taken none.
    auto acquire() { return detail::try_first<&Semaphore::free, &Semaphore::take, &Semaphore::acquire_slowly>(*this); }
    /// Gives one back, and wakes the first who waits. A BoundedSemaphore throws ValueError if all are there.
    void release();
    /// `auto guard = co_await semaphore.scoped();` acquires, and releases when `guard` goes.
    auto scoped() { return detail::Scoped(acquire()); }
  protected:
    Semaphore(int value, int bound);
  private:
    bool free() const noexcept { return value_ > 0 && !waiters_.any_not_cancelled(); }
    void take() noexcept { --value_; }
    Coroutine<void> acquire_slowly();
    void wake_next();

    int value_;
    const int bound_;
    detail::WaiterQueue waiters_{"a semaphore"};
};

/// A semaphore that refuses to be released more often than it was acquired.
struct BoundedSemaphore final : Semaphore {
    explicit BoundedSemaphore(int value = 1) : Semaphore(value, value) {}
};
}  // namespace aio
