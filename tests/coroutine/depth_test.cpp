// The machine's stack stays flat, however deep coroutines are nested: at -O0 and under sanitizers too.
#include <gtest/gtest.h>

#include <stdexcept>

#include "runtime/coroutine/frame.hpp"
#include "tests/support/counted.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;

constexpr int deep = 100'000;

Coroutine<int> same(int n) { co_return n; }

TEST_ON_LOOP(Depth, a_million_awaits_in_one_loop) {
    long sum = 0;
    for (int i = 0; i < 1'000'000; ++i) sum += co_await same(1);
    EXPECT_EQ(sum, 1'000'000);
}

/// Counts the frames below it, and does `bottom` in the innermost.
template <class Bottom> Coroutine<int> nest(int depth, Bottom& bottom) {
    const Counted local;
    if (depth == 0) {
        co_await bottom();
        co_return 0;
    }
    const int below = co_await nest(depth - 1, bottom);
    co_return below + 1;
}

TEST_ON_LOOP(Depth, nested_awaits_that_return_at_once) {
    auto bottom = []() -> Coroutine<> { co_return; };
    const int depth = co_await nest(deep, bottom);
    EXPECT_EQ(depth, deep);
}

TEST_ON_LOOP(Depth, nested_awaits_that_sleep_in_between) {
    auto bottom = [] { return aio::sleep(1h); };
    const int depth = co_await nest(deep, bottom);
    EXPECT_EQ(depth, deep);
}

TEST_ON_LOOP(Depth, an_exception_out_of_nested_awaits) {
    Counted::reset();
    auto bottom = []() -> Coroutine<> {
        throw std::runtime_error("boom");
        co_return;
    };
    const std::string ending = co_await ending_of(nest(deep, bottom));
    EXPECT_EQ(ending, "std::runtime_error: boom");
    EXPECT_EQ(Counted::destroyed, deep + 1);
}

TEST_ON_LOOP(Depth, a_cancellation_out_of_nested_awaits) {
    Counted::reset();
    auto bottom = forever;
    const auto task = aio::create_task(nest(deep, bottom));
    co_await turns(1);
    EXPECT_EQ(Counted::alive(), deep + 1);
    task.cancel();
    co_await turns(1);
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(Counted::alive(), 0);
}

TEST(Depth, nested_awaits_still_suspended_when_the_loop_ends) {
    Counted::reset();
    auto bottom = forever;
    {
        aio::Runner runner(aio::ClockKind::virtual_time);
        EXPECT_THROW(runner.run(nest(deep, bottom)), aio::DeadlockError);
        EXPECT_EQ(Counted::alive(), deep + 1);
    }
    EXPECT_EQ(Counted::alive(), 0);
}

/// Each task awaits the one that it has made.
Coroutine<int> chain(int length, aio::Future<> end) {
    const Counted local;
    if (length == 0) {
        co_await end;
        co_return 0;
    }
    const int below = co_await aio::create_task(chain(length - 1, end));
    co_return below + 1;
}

TEST_ON_LOOP(Depth, a_chain_of_tasks_that_await_each_other) {
    const aio::Future<> end;
    const auto task = aio::create_task(chain(deep, end));
    aio::get_running_loop().call_later(1s, [&] { end.set_result(); });
    const int length = co_await task;
    EXPECT_EQ(length, deep);
}

TEST_ON_LOOP(Depth, a_chain_of_tasks_cancelled_at_its_head) {
    const aio::Future<> end;
    const auto task = aio::create_task(chain(deep, end));
    co_await aio::sleep(1s);
    task.cancel();
    const std::string ending = co_await ending_of(task);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_TRUE(end.cancelled());
}

TEST(Depth, a_chain_of_tasks_still_suspended_when_the_loop_ends) {
    Counted::reset();
    {
        aio::Runner runner(aio::ClockKind::virtual_time);
        const auto main = []() -> Coroutine<int> { return chain(deep, aio::Future<>()); };
        const auto begin = [&]() -> Coroutine<int> { co_return co_await main(); };
        EXPECT_THROW(runner.run(begin()), aio::DeadlockError);
        EXPECT_EQ(Counted::alive(), deep + 1);
    }
    EXPECT_EQ(Counted::alive(), 0);
}

}  // namespace
