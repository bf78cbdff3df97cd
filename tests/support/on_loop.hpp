// Tests whose body is a coroutine, each in a loop of its own, on the virtual clock.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <concepts>
#include <string>

#include "runtime/tasks/run.hpp"
#include "runtime/tasks/sleep.hpp"
#include "tests/support/log.hpp"

namespace aio::test {

using namespace std::chrono_literals;

/// aio::run() on the virtual clock.
template <class T> T run_virtually(Coroutine<T> main) {
    Runner runner(ClockKind::virtual_time);
    const Task<T> task = runner.finish(std::move(main));
    runner.close();
    return detail::value_of<T>(task.state());
}

/// TEST_ON_LOOP(Suite, behaviour) { co_await ...; }   In it EXPECT_ works, ASSERT_ does not: it returns.
#define TEST_ON_LOOP(suite, behaviour)                               \
    static aio::Coroutine<> suite##_##behaviour();                   \
    TEST(suite, behaviour) { run_virtually(suite##_##behaviour()); } \
    static aio::Coroutine<> suite##_##behaviour()

/// Milliseconds since the loop began.
inline long now() { return static_cast<long>(get_running_loop().time().time_since_epoch() / 1ms); }

/// Lets the loop turn so many times.
inline Coroutine<> turns(int count) {
    for (int i = 0; i < count; ++i) co_await sleep(0s);
}

/// Waits for ever, unless cancelled.
inline Coroutine<> forever() {
    const Future<> never;
    co_await never;
}

/// Awaits it and says how it ended: "returned", "aio::CancelledError", "aio::TimeoutError: timed out".
template <std::move_constructible A> Coroutine<std::string> ending_of(A awaitable) {
    std::string ending = "returned";
    try {
        co_await std::move(awaitable);
    } catch (...) { ending = describe(std::current_exception()); }
    co_return ending;
}
/// The same for what must be awaited where it is made.
template <class A>
requires(!std::move_constructible<A>) Coroutine<std::string> ending_of(A&& awaitable) {
    const auto await = [&]() -> Coroutine<> { co_await std::move(awaitable); };
    co_return co_await ending_of(await());
}

/// How it has ended: as above, or "pending" or "cancelled".
inline std::string state_of(const FutureBase& future) {
    if (!future.done()) return "pending";
    if (future.cancelled()) return "cancelled";
    return future.exception() ? describe(future.exception()) : "returned";
}

/// What a loop reports to its exception handler, as "message" or "message (task)".
class Reports {
  public:
    explicit Reports(EventLoop& loop = get_running_loop()) : loop_(loop) {
        loop.set_exception_handler([this](const ExceptionContext& context) {
            log_(context.message + (context.task.empty() ? "" : " (" + context.task + ")") +
                 (context.exception ? ": " + describe(context.exception) : ""));
        });
    }
    Reports(const Reports&) = delete;
    Reports& operator=(const Reports&) = delete;
    ~Reports() { loop_.set_exception_handler({}); }

    const std::string& text() const noexcept { return log_.text(); }
  private:
    EventLoop& loop_;
    Log log_;
};

/// What `function` throws, as describe() has it; "nothing" if it throws nothing.
template <class F> std::string thrown_by(F&& function) {
    try {
        function();
    } catch (...) { return describe(std::current_exception()); }
    return "nothing";
}

}  // namespace aio::test
