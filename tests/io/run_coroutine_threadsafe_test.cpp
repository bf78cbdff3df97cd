#include "runtime/io/run_coroutine_threadsafe.hpp"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include "runtime/io/to_thread.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::EventLoop;
using aio::run_coroutine_threadsafe;
using aio::to_thread;

Coroutine<std::string> who_runs_it() {
    co_await turns(2);
    co_return aio::current_task().get_name();
}
Coroutine<> fails() {
    co_await turns(1);
    throw std::runtime_error("no answer");
}
Coroutine<> cancels_itself() {
    aio::current_task().cancel();
    co_await turns(1);
}

/// Runs the coroutine in the loop, from a thread of its pool, and waits there for its end.
template <class T> T from_a_thread(Coroutine<T> (*function)(), EventLoop* loop) {
    return run_coroutine_threadsafe(function(), *loop).get();
}

TEST_ON_LOOP(RunCoroutineThreadsafe, gives_the_result_to_the_thread) {
    EventLoop* loop = &aio::get_running_loop();
    EXPECT_EQ(co_await to_thread(from_a_thread<std::string>, who_runs_it, loop), "Task-2");
}

TEST_ON_LOOP(RunCoroutineThreadsafe, throws_in_the_thread_what_the_coroutine_throws) {
    const Reports reports;
    EventLoop* loop = &aio::get_running_loop();
    EXPECT_EQ(co_await ending_of(to_thread(from_a_thread<void>, fails, loop)), "std::runtime_error: no answer");
    EXPECT_EQ(co_await ending_of(to_thread(from_a_thread<void>, cancels_itself, loop)), "aio::CancelledError");
    co_await turns(2);
    EXPECT_EQ(reports.text(), "");  // the thread has seen it: nothing was lost
}

TEST(RunCoroutineThreadsafe, serves_a_thread_that_is_not_of_the_pool) {
    std::promise<EventLoop*> started;
    std::string result;
    std::thread other([&] {
        EventLoop& loop = *started.get_future().get();
        result = run_coroutine_threadsafe(who_runs_it(), loop).get();
        loop.call_soon_threadsafe([] { aio::all_tasks().front().cancel(); });
    });
    const auto waits = [](std::promise<EventLoop*>& loop) -> Coroutine<> {
        const aio::WorkGuard guard(aio::get_running_loop());
        loop.set_value(&aio::get_running_loop());
        co_await forever();
    };
    EXPECT_EQ(thrown_by([&] { run_virtually(waits(started)); }), "aio::CancelledError");
    other.join();
    EXPECT_EQ(result, "Task-2");
}

TEST_ON_LOOP(RunCoroutineThreadsafe, refuses_a_coroutine_that_was_awaited) {
    auto awaited = turns(0);
    co_await awaited;
    EventLoop& loop = aio::get_running_loop();
    EXPECT_EQ(thrown_by([&] { run_coroutine_threadsafe(std::move(awaited), loop); }),
              "aio::RuntimeError: cannot reuse already awaited coroutine");
}

TEST(RunCoroutineThreadsafe, a_loop_that_ended_first_breaks_the_promise) {
    testing::internal::CaptureStderr();
    std::future<void> future;
    run_virtually([](std::future<void>& f) -> Coroutine<> {
        f = run_coroutine_threadsafe(forever(), aio::get_running_loop());
        co_return;
    }(future));
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "coroutine 'aio::test::forever' was never awaited\n");
    EXPECT_EQ(thrown_by([&] { future.get(); }).substr(0, 17), "std::future_error");
}

}  // namespace
