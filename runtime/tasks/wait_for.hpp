// wait_for(): one awaitable, and not for ever.
#pragma once
#include <optional>
#include "runtime/tasks/task.hpp"

namespace aio {
namespace detail {
/// False: the time is over, and the future was cancelled and has ended.
Coroutine<bool> done_within(Ref<FutureState> future, Duration timeout);
}  // namespace detail

/// Returns what `awaitable` returns, or throws what it throws. If `timeout` passes first, cancels it, waits until it
/// has ended, and throws TimeoutError, unless it refused and returned a value after all. Anything but a future is made
/// a task. Cancelled, it cancels the awaitable and waits for its end; if that is done already, its result wins. Without
/// a timeout it just awaits. asyncio.wait_for of 3.11.
template <detail::Awaitable A>
Coroutine<detail::await_result_t<A>> wait_for(A awaitable, std::optional<Duration> timeout) {
    if (!timeout) co_return co_await std::move(awaitable);
    const auto future = ensure_future(std::move(awaitable));
    const bool in_time = co_await detail::done_within(Ref(&future.state()), *timeout);
    try {
        co_return future.take();
    } catch (const CancelledError&) {
        if (in_time) throw;
        throw TimeoutError();
    }
}
}  // namespace aio
