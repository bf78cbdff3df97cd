#include "runtime/tasks/wait_for.hpp"
#include "runtime/tasks/waiting.hpp"

namespace aio::detail {
namespace {

Coroutine<void> cancel_and_wait(FutureState& future) {
    Waiter waiter;
    Waker done(waiter);
    future.add_callback(done);
    future.cancel();
    co_await waiter;
}
}  // namespace

Coroutine<bool> done_within(Ref<FutureState> future, Duration timeout) {
    std::exception_ptr cancelled;
    if (timeout > Duration::zero()) {
        Waiter waiter;
        Waker timer(waiter);
        Waker done(waiter);
        timer.arm(timeout);
        future->add_callback(done);
        try {
            co_await waiter;
        } catch (const CancelledError&) { cancelled = std::current_exception(); }
    }
    if (future->done()) co_return true;
    co_await cancel_and_wait(*future);
    if (cancelled) std::rethrow_exception(cancelled);
    co_return false;
}
}  // namespace aio::detail
