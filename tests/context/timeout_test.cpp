#include "runtime/context/timeout.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "runtime/context/with.hpp"
#include "runtime/tasks/wait.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::timeout;
using aio::timeout_at;
using aio::TimePoint;
using aio::with;

constexpr const char* timed_out = "aio::TimeoutError: timed out";

/// A block of that many seconds below a limit of so many; says how it ended.
Coroutine<std::string> limited(std::optional<aio::Duration> limit, aio::Duration duration) {
    const auto block = [&]() -> Coroutine<> { co_await aio::sleep(duration); };
    co_return co_await ending_of(with(timeout(limit), block));
}

TEST_ON_LOOP(Timeout, lets_a_block_be_that_ends_in_time) {
    const std::string ending = co_await limited(2s, 1s);
    EXPECT_EQ(ending, "returned");
    EXPECT_EQ(now(), 1000);
    EXPECT_TRUE(aio::get_running_loop().timers().empty());
}

TEST_ON_LOOP(Timeout, ends_a_block_that_takes_too_long_with_timeout_error) {
    const std::string ending = co_await limited(1s, 2s);
    EXPECT_EQ(ending, timed_out);
    EXPECT_EQ(now(), 1000);
    EXPECT_EQ(aio::current_task().cancelling(), 0u);
}

TEST_ON_LOOP(Timeout, without_a_limit_never_ends_the_block) {
    const std::string ending = co_await limited(std::nullopt, 1h);
    EXPECT_EQ(ending, "returned");
}

TEST_ON_LOOP(Timeout, of_zero_or_less_ends_the_block_at_its_first_wait) {
    for (const aio::Duration none : {0s, -5s}) {
        Log log;
        const auto block = [&]() -> Coroutine<> {
            log("begun");
            co_await aio::sleep(1s);
        };
        const std::string ending = co_await ending_of(with(timeout(none), block));
        EXPECT_EQ(ending, timed_out);
        EXPECT_EQ(log.text(), "begun");
    }
    EXPECT_EQ(now(), 0);
}

TEST_ON_LOOP(Timeout, may_be_at_a_moment_of_the_loops_clock) {
    const auto block = [] { return forever(); };
    const std::string ending = co_await ending_of(with(timeout_at(TimePoint(3s)), block));
    EXPECT_EQ(ending, timed_out);
    EXPECT_EQ(now(), 3000);
}

TEST_ON_LOOP(Timeout, returns_what_the_block_returns) {
    const auto block = []() -> Coroutine<int> { co_return 7; };
    const int value = co_await with(timeout(1s), block);
    EXPECT_EQ(value, 7);
}

TEST_ON_LOOP(Timeout, lets_another_exception_of_the_block_through) {
    const auto block = []() -> Coroutine<> {
        co_await ending_of(aio::sleep(1h));  // the limit ends this
        throw aio::ValueError("instead");
    };
    const std::string ending = co_await ending_of(with(timeout(1s), block));
    EXPECT_EQ(ending, "aio::ValueError: instead");
    EXPECT_EQ(aio::current_task().cancelling(), 0u);
}

TEST_ON_LOOP(Timeout, is_refused_by_a_block_that_goes_on) {
    const auto block = []() -> Coroutine<int> {
        co_await ending_of(aio::sleep(1h));
        co_return 7;
    };
    const int value = co_await with(timeout(1s), block);
    EXPECT_EQ(value, 7);
    EXPECT_EQ(aio::current_task().cancelling(), 0u);
}

TEST_ON_LOOP(Timeout, leaves_a_cancellation_from_elsewhere_a_cancellation) {
    const auto task = create_task(limited(1h, 2h));
    const auto strict = [&]() -> Coroutine<> {
        const auto block = [] { return forever(); };
        co_await with(timeout(1h), block);
    };
    const auto other = create_task(strict);
    co_await turns(1);
    task.cancel();
    other.cancel();
    const std::string ending = co_await task;
    EXPECT_EQ(ending, "aio::CancelledError");
    co_await turns(1);
    EXPECT_TRUE(other.cancelled());
}

TEST_ON_LOOP(Timeout, that_is_over_in_the_turn_of_a_cancellation_from_elsewhere_is_a_cancellation) {
    const auto body = []() -> Coroutine<> {
        const auto block = [] { return forever(); };
        co_await with(timeout(1s), block);
    };
    const auto task = create_task(body);
    co_await turns(1);
    aio::get_running_loop().call_later(1s, [=] { task.cancel(); });
    const std::string ending = co_await ending_of(task);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(task.cancelling(), 1u);
}

TEST_ON_LOOP(Timeout, that_is_inside_another_and_shorter_leaves_that_one_alone) {
    std::string inside;
    const auto outer = [&]() -> Coroutine<> { inside = co_await limited(1s, 1h); };
    const std::string outside = co_await ending_of(with(timeout(2s), outer));
    EXPECT_EQ(inside, timed_out);
    EXPECT_EQ(outside, "returned");
    EXPECT_EQ(now(), 1000);
}

TEST_ON_LOOP(Timeout, that_is_around_another_and_shorter_ends_both) {
    std::string inside;
    const auto outer = [&]() -> Coroutine<> {
        const auto block = [] { return forever(); };
        std::exception_ptr error;
        try {
            co_await with(timeout(2s), block);
        } catch (...) { error = std::current_exception(); }
        inside = aio::describe(error);
        std::rethrow_exception(error);
    };
    const std::string outside = co_await ending_of(with(timeout(1s), outer));
    EXPECT_EQ(inside, "aio::CancelledError");
    EXPECT_EQ(outside, timed_out);
}

TEST_ON_LOOP(Timeout, can_be_put_off_and_lifted) {
    const auto block = [](aio::Timeout& limit) -> Coroutine<> {
        EXPECT_EQ(limit.when(), TimePoint(1s));
        limit.reschedule(TimePoint(5s));
        co_await aio::sleep(4s);
        EXPECT_EQ(limit.when(), TimePoint(5s));
        limit.reschedule(std::nullopt);
        co_await aio::sleep(4s);
        EXPECT_EQ(limit.when(), std::nullopt);
    };
    const std::string ending = co_await ending_of(with(timeout(1s), block));
    EXPECT_EQ(ending, "returned");
    EXPECT_EQ(now(), 8000);
}

TEST_ON_LOOP(Timeout, can_be_brought_forward_into_the_past) {
    const auto block = [](aio::Timeout& limit) -> Coroutine<> {
        co_await aio::sleep(2s);
        limit.reschedule(TimePoint(1s));
        co_await forever();
    };
    const std::string ending = co_await ending_of(with(timeout(1h), block));
    EXPECT_EQ(ending, timed_out);
    EXPECT_EQ(now(), 2000);
}

TEST_ON_LOOP(Timeout, knows_whether_it_has_expired) {
    aio::Timeout kept = timeout(2s), broken = timeout(1s);
    const auto block = [] { return aio::sleep(1s, 0); };
    co_await with(kept, block);
    EXPECT_FALSE(kept.expired());
    const auto waits = [] { return forever(); };
    const std::string ending = co_await ending_of(with(broken, waits));
    EXPECT_EQ(ending, timed_out);
    EXPECT_TRUE(broken.expired());
}

TEST_ON_LOOP(Timeout, can_be_changed_only_inside_its_block_and_before_it_is_over) {
    aio::Timeout limit = timeout(1s);
    EXPECT_THROW(limit.reschedule(TimePoint(5s)), aio::RuntimeError);
    const auto block = [&]() -> Coroutine<> {
        co_await ending_of(forever());
        EXPECT_TRUE(limit.expired());
        EXPECT_THROW(limit.reschedule(TimePoint(5s)), aio::RuntimeError);
        throw aio::CancelledError();
    };
    const std::string ending = co_await ending_of(with(limit, block));
    EXPECT_EQ(ending, timed_out);
    EXPECT_THROW(limit.reschedule(TimePoint(5s)), aio::RuntimeError);
}

TEST_ON_LOOP(Timeout, can_be_entered_once) {
    aio::Timeout limit = timeout(1s);
    const auto block = [] { return turns(1); };
    co_await with(limit, block);
    const std::string ending = co_await ending_of(with(limit, block));
    EXPECT_EQ(ending, "aio::RuntimeError: Timeout has already been entered");
}

TEST_ON_LOOP(Timeout, counts_from_its_creation_not_from_its_block) {
    aio::Timeout limit = timeout(2s);
    co_await aio::sleep(1s);
    const auto block = [] { return forever(); };
    const std::string ending = co_await ending_of(with(limit, block));
    EXPECT_EQ(ending, timed_out);
    EXPECT_EQ(now(), 2000);
}

TEST_ON_LOOP(Timeout, that_is_over_before_its_block_ends_that_at_its_first_wait) {
    aio::Timeout limit = timeout(1s);
    co_await aio::sleep(2s);
    EXPECT_FALSE(limit.expired());
    const auto block = [] { return forever(); };
    const std::string ending = co_await ending_of(with(limit, block));
    EXPECT_EQ(ending, timed_out);
    EXPECT_EQ(now(), 2000);
}

TEST_ON_LOOP(Timeout, may_be_for_ever) {
    const auto block = [] { return aio::sleep(1h, 7); };
    const int value = co_await with(timeout(std::chrono::hours::max()), block);
    EXPECT_EQ(value, 7);
    const auto reschedules = [](aio::Timeout& limit) -> Coroutine<int> {
        limit.reschedule(aio::saturating_add(aio::get_running_loop().time(), std::chrono::hours::max()));
        co_return co_await aio::sleep(1h, 8);
    };
    const int other = co_await with(timeout(1s), reschedules);
    EXPECT_EQ(other, 8);
}

TEST_ON_LOOP(Timeout, that_is_never_entered_leaves_no_timer) {
    { const aio::Timeout limit = timeout(1s); }
    EXPECT_TRUE(aio::get_running_loop().timers().empty());
    co_return;
}

// On the real clock, which is the one that could be early.
TEST(Timeout, and_other_limits_are_never_too_short) {
    using std::chrono::steady_clock;
    const auto at_least = [](aio::Duration limit, auto limited) -> Coroutine<> {
        const auto start = steady_clock::now();
        while (steady_clock::now() < start + 2ms) {}  // the clock that the loop knows is late now
        const auto begin = steady_clock::now();
        co_await limited();
        EXPECT_GE(steady_clock::now() - begin, limit);
    };
    const auto by_timeout = []() -> Coroutine<> {
        const auto block = [] { return aio::sleep(1h, 0); };
        co_await ending_of(with(timeout(3ms), block));
    };
    const auto by_wait_for = []() -> Coroutine<> { co_await ending_of(aio::wait_for(aio::sleep(1h), 3ms)); };
    const auto by_wait = []() -> Coroutine<> {
        const std::vector<aio::Task<>> tasks{create_task(aio::sleep(1h))};
        co_await aio::wait(tasks, aio::ALL_COMPLETED, 3ms);
    };
    const auto main = [&]() -> Coroutine<> {
        co_await at_least(3ms, by_timeout);
        co_await at_least(3ms, by_wait_for);
        co_await at_least(3ms, by_wait);
    };
    aio::Runner runner(aio::ClockKind::real);
    runner.run(main());
    runner.close();
}

TEST(Timeout, needs_a_running_loop) { EXPECT_THROW(timeout(1s), aio::RuntimeError); }

}  // namespace
