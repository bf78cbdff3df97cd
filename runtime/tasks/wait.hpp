// wait(): until some of several futures are done, or a time has passed.
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
}  // namespace aio
