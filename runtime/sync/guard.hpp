// What scoped() returns: releasing needs no await, so RAII serves.
#pragma once
#include "runtime/sync/try_first.hpp"

namespace aio {
/// Releases a lock or semaphore when it goes. The lock must outlive it. Asyncio: the end of `async with lock`.
template <class Lock> class [[nodiscard]] Guard {
  public:
    /// Of a lock that was acquired.
    explicit Guard(Lock& lock) noexcept : lock_(&lock) {}
    Guard(Guard&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
    Guard& operator=(Guard other) noexcept {
        std::swap(lock_, other.lock_);
        return *this;
    }
    /// What release() throws goes to the exception handler. At the loop's end, which destroys the frames of tasks that
    /// could not end, nothing is released: the lock may be gone already.
    ~Guard() {
        if (detail::running_loop && detail::running_loop->muted()) return;
        try {
            release();
        } catch (...) { detail::report({"Exception in the release of a lock", std::current_exception()}); }
    }
    /// Earlier than the end of the block.
    void release() {
        if (lock_) std::exchange(lock_, nullptr)->release();
    }
  private:
    Lock* lock_;
};

namespace detail {
/// An acquire() that gives the guard.
template <class Acquire> struct Scoped {
    struct Awaiter : Acquire::Awaiter {
        using Acquire::Awaiter::Awaiter;
        auto await_resume() {
            Acquire::Awaiter::await_resume();
            return Guard(this->object());
        }
    };
    explicit Scoped(Acquire a) : acquire(a) {}
    Awaiter operator co_await() const { return Awaiter(acquire); }
    Acquire acquire;
};
}  // namespace detail
}  // namespace aio
