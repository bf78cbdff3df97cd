// to_thread(): a function that blocks, called in a thread, and awaited.
#pragma once
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include "runtime/io/thread_pool.hpp"

namespace aio {
namespace detail {

template <class F, class R> class JobOf;

/// Stands in the frame that awaits the job. When that goes, the job goes on alone, or not at all if it was still
/// queued.
template <class F, class R> struct Reply {
    Reply() = default;
    Reply(Reply&&) = delete;
    ~Reply() {
        if (job && !ThreadPool::withdraw(*job)) job->reply = nullptr;
    }
    JobOf<F, R>* job = nullptr;  // null when it is not under way
    Waiter waiter;
    Result<R> result;
};

template <class F, class R> class JobOf final : public Job {
  public:
    JobOf(EventLoop& loop, F function, Reply<F, R>& r) : Job(loop), reply(&r), function_(std::move(function)) {}
    ~JobOf() override {
        if (reply) reply->job = nullptr;
    }
    void work() noexcept override {
        try {
            if constexpr (std::is_void_v<R>)
                function_();
            else
                result_.set_value(function_());
        } catch (...) { result_.error = std::current_exception(); }
    }
    void finish() noexcept override {
        if (!reply) return;
        try {
            reply->result.move_from(result_);
        } catch (...) { reply->result.error = std::current_exception(); }
        reply->waiter.wake();
    }
    Reply<F, R>* reply;  // null when nobody waits any more; used in the loop's thread only
  private:
    F function_;
    Result<R> result_;
};

template <class F> auto in_thread(F function) -> Coroutine<std::invoke_result_t<F&>> {
    using R = std::invoke_result_t<F&>;
    Reply<F, R> reply;
    auto job = std::make_unique<JobOf<F, R>>(get_running_loop(), std::move(function), reply);
    auto* const submitted = job.get();
    ThreadPool::current().submit(std::move(job));
    reply.job = submitted;
    co_await reply.waiter;
    co_return reply.result.take();
}
}  // namespace detail

/// Calls `function(args...)` in a thread of the loop's pool and returns what it returns, or throws what it throws:
///     const std::string hash = co_await aio::to_thread(sha256, data);
/// Function and arguments are copied or moved into the call, as std::thread does. Nothing happens before it is awaited.
/// Cancelled, the await ends at once. A function that no thread has begun is never called then; another one runs on,
/// its outcome is dropped, and run() still waits for its end: so it must not refer to anything in the frame that awaits
/// it. Throws RuntimeError when the loop is about to end. On the virtual clock
/// time stands still while a thread works. asyncio.to_thread.
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
