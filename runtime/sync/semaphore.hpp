// Semaphore: so many at a time, first come, first served.
#pragma once
#include "runtime/sync/guard.hpp"
#include "runtime/sync/try_first.hpp"
#include "runtime/sync/waiter_queue.hpp"

namespace aio {
/// asyncio.Semaphore of 3.11.2. It must outlive those who wait for it.
class Semaphore {
  public:
    /// `value`: how many can be acquired. Throws ValueError if it is negative.
    explicit Semaphore(int value = 1);
    virtual ~Semaphore() = default;
    Semaphore(Semaphore&&) = delete;

    /// Whether acquire() would wait: none is left, or others came first.
    bool locked() const noexcept { return value_ == 0 || waiters_.any_not_cancelled(); }

    /// `co_await semaphore.acquire()` takes one; waits where it must, else neither suspends nor allocates.
    /// Cancelled while it waits, it has taken none.
    auto acquire() {
        return detail::TryFirst(
            *this, [](const Semaphore& s) { return !s.locked(); }, [](Semaphore& s) { --s.value_; },
            [](Semaphore& s) { return s.acquire_slowly(); });
    }

    /// Gives one back, and wakes the first who waits.
    virtual void release();

    /// `auto guard = co_await semaphore.scoped();` acquires, and releases when `guard` goes.
    auto scoped() {
        return detail::TryFirst(
            *this, [](const Semaphore& s) { return !s.locked(); }, [](Semaphore& s) { return --s.value_, Guard(s); },
            [](Semaphore& s) { return s.scoped_slowly(); });
    }
  protected:
    int value_;
  private:
    Coroutine<void> acquire_slowly();
    Coroutine<Guard<Semaphore>> scoped_slowly();
    void wake_next() noexcept;

    detail::WaiterQueue waiters_{"a semaphore"};
};

/// A semaphore that refuses to be released more often than it was acquired: release() throws ValueError.
class BoundedSemaphore final : public Semaphore {
  public:
    explicit BoundedSemaphore(int value = 1) : Semaphore(value), bound_(value) {}
    void release() override;
  private:
    int bound_;
};
}  // namespace aio
