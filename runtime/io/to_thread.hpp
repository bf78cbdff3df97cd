// to_thread(): a function that blocks, called in a thread, and awaited.
#pragma once
#include <tuple>
#include "runtime/io/thread_pool.hpp"

namespace aio {
namespace detail {
template <class F> struct CallInThread final : Job {
    using R = std::invoke_result_t<F&>;
    explicit CallInThread(F f) : function(std::move(f)) {}
    void work() noexcept override {
        try {
            result.set_from(function);
        } catch (...) { result.error = std::current_exception(); }
    }
    F function;
    Result<R> result;
};

template <class F> auto in_thread(F function) -> Coroutine<std::invoke_result_t<F&>> {
    const Ref call(new CallInThread<F>(std::move(function)));
    ThreadPool::current().submit(call);
    co_await *call;
    co_return call->result.take();
}
}  // namespace detail

/// Calls `function(args...)` in a thread of the loop's pool and returns what it returns, or throws what it throws:
///     const std::string hash = co_await aio::to_thread(sha256, data);
/// Function and arguments are copied or moved into the call, as std::thread does. Nothing happens before it is awaited.
/// Cancelled, the await ends at once. A function that no thread has begun is never called then; another one runs on,
/// its outcome is dropped, and run() still waits for its end: so it must not refer to anything in the frame that awaits
/// it. Throws RuntimeError when the loop is about to end. On the virtual clock time stands still while a thread works.
/// asyncio.to_thread.
template <class F, class... Args> auto to_thread(F&& function, Args&&... args) {
    using R = std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>;
    static_assert(!detail::is_coroutine<R>, "a thread calls a plain function; a coroutine is awaited, or made a task");
    static_assert(detail::safe_callable<F>, "g++ 12 destroys such a temporary twice: give it a name first");
    return detail::in_thread([function = std::decay_t<F>(std::forward<F>(function)),
                              args = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)]() mutable -> R {
        return std::apply(std::move(function), std::move(args));
    });
}
}  // namespace aio
