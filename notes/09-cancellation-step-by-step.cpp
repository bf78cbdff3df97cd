// Five cancellations. For each, what the cancelled task saw, and how it ended.
#include <fmt/format.h>
#include <chrono>
#include <exception>
#include <string>
#include "runtime/aio.hpp"

using namespace std::chrono_literals;

void tell(const char* who, const std::string& what) { fmt::print("  {:<7} {}\n", who, what); }

/// Cancels the task and says how it ends.
aio::Coroutine<void> cancel_and_see(aio::Task<int> task) {
    tell("caller", fmt::format("cancel() -> {}", task.cancel()));
    tell("caller", fmt::format("done: {}, cancelling: {}", task.done(), task.cancelling()));
    try {
        tell("caller", fmt::format("the task returned {}", co_await task));
    } catch (const aio::CancelledError&) { tell("caller", "the task was cancelled"); }
    tell("caller", fmt::format("cancelled(): {}, cancelling: {}", task.cancelled(), task.cancelling()));
}

// [sleeper]
aio::Coroutine<int> sleeper() {
    try {
        co_await aio::sleep(1h);
    } catch (const aio::CancelledError&) {
        tell("task", "CancelledError, at the sleep");
        throw;
    }
    co_return 0;
}
// [/sleeper]

// [inner]
aio::Coroutine<int> awaits_a_task() {
    const auto inner = aio::create_task(sleeper(), "inner");
    try {
        co_return co_await inner;
    } catch (const aio::CancelledError&) {
        tell("outer", fmt::format("CancelledError, out of the inner task; inner.cancelled(): {}", inner.cancelled()));
        throw;
    }
}
// [/inner]

// [too-late]
aio::Coroutine<int> awaits_a_future(aio::Future<int> future) {
    try {
        co_return co_await future;
    } catch (const aio::CancelledError&) {
        tell("task", fmt::format("CancelledError, though the future has its result: {}", future.result()));
        throw;
    }
}
// [/too-late]

// [cleanup]
aio::Coroutine<int> cleans_up() {
    std::exception_ptr cancelled;
    try {
        co_await aio::sleep(1h);
    } catch (const aio::CancelledError&) {
        cancelled = std::current_exception();  // no co_await in a catch block: so note it, and go on below
    }
    tell("task", "cleans up, which takes a second");
    co_await aio::sleep(1s);
    tell("task", "is clean");
    if (cancelled) std::rethrow_exception(cancelled);
    co_return 0;
}

aio::Coroutine<int> refuses() {
    try {
        co_await aio::sleep(1h);
    } catch (const aio::CancelledError&) { tell("task", "has seen CancelledError, and returns 42"); }
    co_return 42;
}
// [/cleanup]

aio::Coroutine<void> amain() {
    fmt::print("a task that sleeps\n");
    auto task = aio::create_task(sleeper());
    co_await aio::sleep(0s);
    co_await cancel_and_see(task);

    fmt::print("a task that has not begun\n");
    co_await cancel_and_see(aio::create_task(sleeper()));

    fmt::print("a task that awaits a task\n");
    task = aio::create_task(awaits_a_task());
    co_await aio::sleep(1s);
    co_await cancel_and_see(task);

    fmt::print("a task whose wait is over, but that has not run yet\n");
    aio::Future<int> future;
    task = aio::create_task(awaits_a_future(future));
    co_await aio::sleep(0s);
    future.set_result(7);
    co_await cancel_and_see(task);

    fmt::print("a task that awaits something while it ends\n");
    task = aio::create_task(cleans_up());
    co_await aio::sleep(0s);
    co_await cancel_and_see(task);

    fmt::print("a task that refuses\n");
    task = aio::create_task(refuses());
    co_await aio::sleep(0s);
    co_await cancel_and_see(task);
}

int main() { aio::run(amain()); }
