// wait_for(): one awaitable, and not for ever.
#pragma once
#include "runtime/tasks/wait.hpp"

namespace aio {
/// Returns what `awaitable` returns, or throws what it throws. If `timeout` passes first, cancels it, waits for its
/// end, and throws TimeoutError, unless it returned a value after all. Anything but a future is made a task. Cancelled,
/// it cancels the awaitable and waits for its end; if that is done already, its result wins. asyncio.wait_for of 3.11.
template <detail::Awaitable A>
Coroutine<detail::await_result_t<A>> wait_for(A awaitable, std::optional<Duration> timeout) {
    if (!timeout) co_return co_await std::move(awaitable);
    const auto future = ensure_future(std::move(awaitable));
    const std::vector<FutureBase> alone{future};
    std::exception_ptr cancelled;
    if (*timeout > Duration::zero()) {
        try {
            co_await detail::wait_until(alone, ALL_COMPLETED, timeout);
        } catch (const CancelledError&) { cancelled = std::current_exception(); }
    }
    if (future.done()) co_return future.take();
    future.cancel();
    co_await detail::wait_until(alone, ALL_COMPLETED, std::nullopt);
    if (cancelled) std::rethrow_exception(cancelled);
    try {
        co_return future.take();
    } catch (const CancelledError&) { throw TimeoutError(); }
}
}  // namespace aio
