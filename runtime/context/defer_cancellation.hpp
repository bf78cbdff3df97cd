// defer_cancellation(): what must run to its end, such as a rollback.
#pragma once
#include "runtime/tasks/waiting.hpp"

namespace aio {
namespace detail {
/// Lets nobody but its holder see a task: the end of run() cancels all tasks that it knows.
struct HiddenTask {
    explicit HiddenTask(TaskState& t) noexcept : task(t) { task.ListHook<TaskState>::unlink(); }
    HiddenTask(HiddenTask&&) = delete;
    ~HiddenTask() {
        if (!task.done()) task.dissolve();
    }
    TaskState& task;
};

/// Says in a dump what the task is held up by.
struct DeferringWaiter final : Waiter {
    explicit DeferringWaiter(const FutureState& f) noexcept : future(f) {}
    std::string what() const override { return "what defers its cancellation"; }
    const FutureState& future;
};

// [whatever-comes]
/// Returns when `future` is done; throws CancelledError then if the current task was cancelled meanwhile.
inline Coroutine<void> wait_whatever_comes(const FutureBase& future) {
    bool cancelled = false;
    while (!future.done()) {
        DeferringWaiter waiter(future.state());
        Waker waker(waiter);
        future.state().add_callback(waker);
        try {
            co_await waiter;
        } catch (const CancelledError&) { cancelled = true; }
    }
    if (cancelled) throw CancelledError();
}
// [/whatever-comes]
}  // namespace detail

/// Runs `awaitable` to its end, however often the current task is cancelled meanwhile, and returns what it returns or
/// throws what it throws. If the task was cancelled, CancelledError is thrown afterwards, once; a result is then lost,
/// and an error is reported as a task's that nobody retrieved.
///     co_await aio::defer_cancellation(transaction.rollback());
/// The awaitable starts when this is awaited, in a task of its own, which bears the current one's name: so a time limit
/// inside it works. Nobody can cancel that task, the end of run() included. A task that is given as the awaitable can
/// still be cancelled by its handles.
/// asyncio has no name for it: there one awaits asyncio.shield(task) again and again until the task is done, and then
/// raises the CancelledError that came meanwhile; and the end of asyncio.run() cancels the task.
template <detail::Awaitable A> Coroutine<detail::await_result_t<A>> defer_cancellation(A awaitable) {
    if constexpr (detail::is_future<A>) {
        co_await detail::wait_whatever_comes(awaitable);
        co_return awaitable.take();
    } else {
        const auto task = create_task(std::move(awaitable), current_task().get_name());
        const detail::HiddenTask hidden(*task.state().as_task());
        co_await detail::wait_whatever_comes(task);
        co_return task.take();
    }
}
}  // namespace aio
