// run_coroutine_threadsafe(): how another thread has the loop run a coroutine.
#pragma once
#include <future>
#include "runtime/tasks/task.hpp"

namespace aio {
namespace detail {
template <class T> Coroutine<void> keep_promise(Coroutine<T> coroutine, std::promise<T> promise) {
    try {
        if constexpr (std::is_void_v<T>) {
            co_await coroutine;
            promise.set_value();
        } else {
            promise.set_value(co_await coroutine);
        }
    } catch (const CancelledError&) {
        promise.set_exception(std::current_exception());
        throw;
    } catch (...) { promise.set_exception(std::current_exception()); }
}
}  // namespace detail

/// Makes `coroutine` a task of `loop`, which runs in another thread. The future gives its result there, throws its
/// exception, or std::future_error if the loop ended first. `loop` must outlive this call. It waits for a thread of
/// its pool by itself; for others somebody holds a WorkGuard. On the virtual clock, time stands still while a thread of
/// the pool waits here: a coroutine that sleeps never ends then. asyncio.run_coroutine_threadsafe.
template <class T> std::future<T> run_coroutine_threadsafe(Coroutine<T> coroutine, EventLoop& loop) {
    coroutine.require_unstarted();
    std::promise<T> promise;
    std::future<T> future = promise.get_future();
    loop.call_soon_threadsafe([coroutine = std::move(coroutine), promise = std::move(promise)]() mutable {
        create_task(detail::keep_promise(std::move(coroutine), std::move(promise)));
    });
    return future;
}
}  // namespace aio
