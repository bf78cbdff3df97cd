// What scoped() returns: releasing needs no await, so RAII serves.
#pragma once
#include <utility>

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
    ~Guard() { release(); }

    /// Earlier than the end of the block.
    void release() {
        if (lock_) std::exchange(lock_, nullptr)->release();
    }
  private:
    Lock* lock_;
};
}  // namespace aio
