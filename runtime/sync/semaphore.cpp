#include "runtime/sync/semaphore.hpp"

namespace aio {
Semaphore::Semaphore(int value, int bound) : value_(value), bound_(bound) {
    if (value < 0) throw ValueError("Semaphore initial value must be >= 0");
}

// CPython's acquire, line by line.
Coroutine<void> Semaphore::acquire_slowly() {
    detail::QueuedWaiter waiter(waiters_);
    try {
        co_await waiter;
    } catch (const CancelledError&) {
        if (!waiter.cancelled()) {  // woken and cancelled in one turn: the slot goes to the next
            ++value_;
            wake_next();
        }
        throw;
    }
    if (value_ > 0) wake_next();
}

void Semaphore::release() {
    if (value_ >= bound_) throw ValueError("BoundedSemaphore released too many times");
    if (waiters_.wake(1) == 0) ++value_;
}

// The slot is taken for the waiter here, not when it runs: nobody can slip in between.
void Semaphore::wake_next() {
    if (waiters_.wake(1) > 0) --value_;
}
}  // namespace aio
