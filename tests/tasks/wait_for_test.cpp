#include "runtime/tasks/wait.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "tests/support/endings.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::Future;
using aio::wait_for;

/// Answers a cancellation with `value` after `cleanup`.
Coroutine<int> refuses(int value, aio::Duration cleanup) {
    co_await ending_of(forever());
    co_await aio::sleep(cleanup);
    co_return value;
}

constexpr const char* timed_out = "aio::TimeoutError: timed out";

TEST_ON_LOOP(WaitFor, gives_a_result_that_comes_in_time) {
    const int value = co_await wait_for(returns(7, 1s), 2s);
    EXPECT_EQ(value, 7);
    EXPECT_EQ(now(), 1000);
    EXPECT_TRUE(aio::get_running_loop().timers().empty());
}

TEST_ON_LOOP(WaitFor, may_have_for_ever) {
    const int value = co_await wait_for(returns(7, 1h), std::chrono::hours::max());
    EXPECT_EQ(value, 7);
}

TEST_ON_LOOP(WaitFor, gives_what_cannot_be_copied) {
    const auto owns = []() -> Coroutine<std::unique_ptr<int>> {
        co_await turns(1);
        co_return std::make_unique<int>(7);
    };
    const auto value = co_await wait_for(owns(), 1s);
    EXPECT_EQ(*value, 7);
}

TEST_ON_LOOP(WaitFor, throws_what_the_awaitable_throws) {
    const auto fails = []() -> Coroutine<> {
        co_await turns(1);
        throw aio::ValueError("boom");
    };
    const std::string ending = co_await ending_of(wait_for(fails(), 1s));
    EXPECT_EQ(ending, "aio::ValueError: boom");
}

TEST_ON_LOOP(WaitFor, cancels_what_is_too_slow_and_throws_timeout_error) {
    const auto slow = create_task(returns(7, 1h));
    const std::string ending = co_await ending_of(wait_for(slow, 2s));
    EXPECT_EQ(ending, timed_out);
    EXPECT_TRUE(slow.cancelled());
    EXPECT_EQ(now(), 2000);
}

TEST_ON_LOOP(WaitFor, waits_until_what_was_too_slow_has_ended) {
    const auto slow = []() -> Coroutine<> {
        co_await ending_of(forever());
        co_await aio::sleep(3s);
        throw aio::CancelledError();
    };
    const std::string ending = co_await ending_of(wait_for(slow(), 2s));
    EXPECT_EQ(ending, timed_out);
    EXPECT_EQ(now(), 5000);
}

TEST_ON_LOOP(WaitFor, gives_the_value_of_what_refuses_to_be_cancelled) {
    const int value = co_await wait_for(refuses(7, 3s), 2s);
    EXPECT_EQ(value, 7);
    EXPECT_EQ(now(), 5000);
}

TEST_ON_LOOP(WaitFor, throws_the_error_of_a_failed_cleanup) {
    const auto slow = []() -> Coroutine<> {
        co_await ending_of(forever());
        throw aio::ValueError("cleanup");
    };
    const std::string ending = co_await ending_of(wait_for(slow(), 2s));
    EXPECT_EQ(ending, "aio::ValueError: cleanup");
}

TEST_ON_LOOP(WaitFor, with_two_timers_for_one_moment_goes_by_the_one_that_was_set_first) {
    const auto before = create_task(returns(7, 2s));
    co_await turns(1);
    const int value = co_await wait_for(before, 2s);
    EXPECT_EQ(value, 7);
    const std::string ending = co_await ending_of(wait_for(returns(7, 2s), 2s));
    EXPECT_EQ(ending, timed_out);
}

TEST_ON_LOOP(WaitFor, without_time_cancels_before_the_first_step) {
    Log log;
    const auto body = [&]() -> Coroutine<> {
        log("ran");
        co_return;
    };
    for (const aio::Duration none : {0s, -1s}) {
        const std::string ending = co_await ending_of(wait_for(body(), none));
        EXPECT_EQ(ending, timed_out);
    }
    EXPECT_EQ(log.text(), "");
}

TEST_ON_LOOP(WaitFor, without_time_still_takes_what_is_done) {
    const Future<int> done;
    done.set_result(7);
    const int value = co_await wait_for(done, 0s);
    EXPECT_EQ(value, 7);
}

TEST_ON_LOOP(WaitFor, without_a_limit_just_awaits) {
    const int value = co_await wait_for(returns(7, 1h), std::nullopt);
    EXPECT_EQ(value, 7);
}

TEST_ON_LOOP(WaitFor, that_is_cancelled_cancels_the_awaitable_and_waits_for_its_end) {
    const auto inner = []() -> Coroutine<> {
        co_await ending_of(forever());
        co_await aio::sleep(3s);
        throw aio::CancelledError();
    };
    const auto waiter = create_task(wait_for(inner(), 1h));
    co_await turns(2);
    waiter.cancel();
    const std::string ending = co_await ending_of(waiter);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_TRUE(waiter.cancelled());
    EXPECT_EQ(now(), 3000);
}

TEST_ON_LOOP(WaitFor, that_is_cancelled_in_the_turn_in_which_the_result_came_gives_the_result) {
    const Future<int> future;
    const auto waiter = create_task(wait_for(future, 1h));
    co_await turns(1);
    future.set_result(7);
    waiter.cancel();
    const int value = co_await waiter;
    EXPECT_EQ(value, 7);
}

TEST_ON_LOOP(WaitFor, passes_on_the_cancellation_of_what_it_waits_for) {
    const Future<int> future;
    const auto waiter = create_task(wait_for(future, 1h));
    co_await turns(1);
    future.cancel();
    const std::string ending = co_await ending_of(waiter);
    EXPECT_EQ(ending, "aio::CancelledError");
}

TEST_ON_LOOP(WaitFor, may_be_nested_and_the_shorter_limit_counts) {
    const std::string ending = co_await ending_of(wait_for(wait_for(forever(), 1s), 2s));
    EXPECT_EQ(ending, timed_out);
    EXPECT_EQ(now(), 1000);
}

}  // namespace
