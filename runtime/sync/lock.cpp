#include "runtime/sync/lock.hpp"

namespace aio {
// [acquire]
Coroutine<void> Lock::acquire_slowly() {
    detail::QueuedWaiter waiter(waiters_);
    try {
        co_await waiter;
    } catch (const CancelledError&) {
        waiter.unlink();
        if (!locked()) wake_first();  // woken and cancelled in one turn: the lock goes to the next
        throw;
    }
    take();
}
// [/acquire]

void Lock::release() {
    if (!locked()) throw RuntimeError("Lock is not acquired.");
    wake_first();
    holder_ = 0;
}

// One who was woken or cancelled before stands there still: it will take the lock, or wake the next, when it runs.
void Lock::wake_first() {
    if (detail::QueuedWaiter* first = waiters_.front()) first->wake();
}
}  // namespace aio
