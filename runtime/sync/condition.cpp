#include "runtime/sync/condition.hpp"

namespace aio {
Coroutine<void> Condition::wait() {
    if (!locked()) throw RuntimeError("cannot wait on un-acquired lock");
    release();
    bool cancelled = false;
    try {
        detail::QueuedWaiter waiter(waiters_);
        co_await waiter;
    } catch (const CancelledError&) { cancelled = true; }
    for (bool acquired = false; !acquired;) {
        try {
            co_await acquire();
            acquired = true;
        } catch (const CancelledError&) { cancelled = true; }
    }
    if (cancelled) throw CancelledError();
}

void Condition::notify(std::size_t n) {
    if (!locked()) throw RuntimeError("cannot notify on un-acquired lock");
    waiters_.wake(n);
}
}  // namespace aio
