#include "runtime/tasks/sleep.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;

Coroutine<> sleeps(Log& log, std::string name, aio::Duration delay) {
    co_await aio::sleep(delay);
    log(name);
}

TEST_ON_LOOP(Sleep, ends_after_its_delay) {
    co_await aio::sleep(1500ms);
    EXPECT_EQ(now(), 1500);
}

TEST_ON_LOOP(Sleep, takes_a_fraction_of_a_second) {
    co_await aio::sleep(0.25s);
    EXPECT_EQ(now(), 250);
}

TEST_ON_LOOP(Sleep, ends_in_order_of_deadlines_and_equal_ones_in_order_of_sleeping) {
    Log log;
    create_task(sleeps(log, "d", 2s));
    create_task(sleeps(log, "a", 1s));
    create_task(sleeps(log, "b", 1s));
    create_task(sleeps(log, "c", 1s));
    co_await aio::sleep(3s);
    EXPECT_EQ(log.text(), "a b c d");
}

TEST_ON_LOOP(Sleep, of_zero_or_less_lets_everything_run_once_that_is_ready) {
    for (const aio::Duration delay : {0ns, -1ns, aio::Duration::min()}) {
        Log log;
        aio::get_running_loop().call_soon([&] { log("ready"); });
        co_await aio::sleep(delay);
        log("main");
        aio::get_running_loop().call_soon([&] { log("later"); });
        EXPECT_EQ(log.text(), "ready main");
        co_await turns(1);
    }
    EXPECT_EQ(now(), 0);
}

TEST_ON_LOOP(Sleep, takes_two_turns_to_end_the_timers_and_the_tasks) {
    Log log;
    create_task(sleeps(log, "task", 1s));
    co_await turns(1);
    aio::get_running_loop().call_later(1s, [&] { log("timer-set-later"); });
    co_await aio::sleep(2s);
    EXPECT_EQ(log.text(), "timer-set-later task");
}

TEST_ON_LOOP(Sleep, returns_the_value_it_was_given) {
    const std::string value = co_await aio::sleep(1s, std::string("value"));
    EXPECT_EQ(value, "value");
}

TEST_ON_LOOP(Sleep, may_last_for_ever) {
    const std::vector<aio::Task<>> tasks{
        create_task(aio::sleep(aio::Duration::max())), create_task(aio::sleep(std::chrono::hours::max())),
        create_task(aio::sleep(std::chrono::milliseconds::max())), create_task(aio::sleep(1e300s))};
    co_await aio::sleep(24h * 365);
    for (const auto& task : tasks) {
        EXPECT_FALSE(task.done());
        task.cancel();
    }
    co_await turns(1);
    for (const auto& task : tasks) EXPECT_TRUE(task.cancelled());
    EXPECT_TRUE(aio::get_running_loop().timers().empty());
}

// On the real clock, which is the one that could be early; 20 tasks, so that timers are armed and re-armed.
TEST(Sleep, is_never_too_short) {
    const auto sleep_and_check = [](std::chrono::microseconds delay) -> Coroutine<> {
        const auto start = std::chrono::steady_clock::now();
        co_await aio::sleep(delay);
        EXPECT_GE(std::chrono::steady_clock::now() - start, delay);
    };
    const auto main = [&]() -> Coroutine<> {
        const auto start = std::chrono::steady_clock::now();
        while (std::chrono::steady_clock::now() < start + 2ms) {}  // the clock that the loop knows is late now
        std::vector<aio::Task<>> tasks;
        for (int i = 0; i < 20; ++i) tasks.push_back(create_task(sleep_and_check(100us * ((i * 7) % 20))));
        for (const auto& task : tasks) co_await task;
    };
    aio::Runner runner(aio::ClockKind::real);
    runner.run(main());
    runner.close();
}

}  // namespace
