// wait() and wait_for(): until something is done, or a time has passed.
#pragma once
#include <optional>
#include <vector>
#include "runtime/tasks/task.hpp"

namespace aio {
enum class ReturnWhen { FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED };
using enum ReturnWhen;

/// Both in the order in which the futures were given, where asyncio has sets.
template <class F> struct Waited {
    std::vector<F> done;
    std::vector<F> pending;
};

namespace detail {
Coroutine<void> wait_until(std::vector<FutureBase> futures, ReturnWhen return_when, std::optional<Duration> timeout);
}

/// Waits until one, all, or the first failing of `futures` is done, or `timeout` has passed, which is no error here.
/// Takes a turn of the loop even if all are done. F: Task<T>, Future<T>, or FutureBase for those of several types.
/// Cancelled, it cancels none of them. Throws ValueError for no futures. asyncio.wait.
template <std::derived_from<FutureBase> F> Coroutine<Waited<F>> wait(std::vector<F> futures,
                                                                     ReturnWhen return_when = ALL_COMPLETED,
                                                                     std::optional<Duration> timeout = std::nullopt) {
    std::vector<FutureBase> untyped(futures.begin(), futures.end());
    co_await detail::wait_until(std::move(untyped), return_when, timeout);
    Waited<F> waited;
    for (F& future : futures) (future.done() ? waited.done : waited.pending).push_back(std::move(future));
    co_return waited;
}

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
