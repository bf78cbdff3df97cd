// Debug mode. On the real clock, and where a step shall be slow, it sleeps for real: that is what is reported.
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "runtime/aio.hpp"
#include "tests/support/child.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/place.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;

TEST(Debug, shows_the_tasks_of_a_deadlock) {
    const auto lock_twice = [] {
        const auto main = []() -> Coroutine<> {
            aio::Lock lock;
            co_await lock.acquire();
            co_await lock.acquire();
        };
        say(thrown_by([&] { aio::run(main()); }).substr(0, 18).c_str());
    };
    const std::string text = Child("1", lock_twice).end();
    EXPECT_TRUE(has(text, "Tasks: 1\n* Task 'Task-1'")) << text;
    EXPECT_TRUE(has(text, "ends it: 'Task-1' -> 'Task-1'\naio::DeadlockErrorexit 0")) << text;
    EXPECT_EQ(Child(nullptr, lock_twice).end(), "aio::DeadlockErrorexit 0");
}

constexpr int before_block = __LINE__;
Coroutine<> block(std::chrono::milliseconds time) {
    co_await aio::sleep(0s);
    std::this_thread::sleep_for(time);
    co_await aio::sleep(0s);
}
void block_for_150_ms() {
    const auto main = []() -> Coroutine<> {
        aio::get_running_loop().call_soon([] { std::this_thread::sleep_for(150ms); });
        co_await create_task(block(150ms), "slow");
    };
    aio::run(main());
}

TEST(Debug, reports_a_slow_step_with_its_two_ends_and_a_slow_callback) {
    const std::string text = Child("1", block_for_150_ms).end();
    EXPECT_TRUE(has(text, "Executing a callback took 0.1")) << text;
    const std::size_t at = text.find("Executing task 'slow' took 0.1");
    ASSERT_NE(at, text.npos) << text;
    const std::string from = place(before_block + 2, "block"), to = place(before_block + 4, "block");
    EXPECT_TRUE(has(text.substr(at), " seconds\n  from: " + from + "\n  to: " + to + "\n")) << text;
}

TEST(Debug, says_nothing_where_it_is_off) {
    for (const char* off : {static_cast<const char*>(nullptr), "0", ""})
        EXPECT_EQ(Child(off, block_for_150_ms).end(), "exit 0");
}

TEST(Debug, can_be_switched_by_the_program_also_within_a_step) {
    const auto main = []() -> Coroutine<> {
        aio::set_debug(true);
        aio::get_running_loop().slow_callback_duration = 20ms;
        co_await create_task(block(30ms), "reported");
        aio::set_debug(false);
        co_await create_task(block(30ms), "not reported");
        aio::set_debug(true);
        EXPECT_TRUE(aio::get_debug());
        co_await aio::sleep(0s);
        aio::set_debug(false);
        EXPECT_FALSE(aio::get_debug());
    };
    const std::string text = Child(nullptr, [&] { aio::run(main()); }).end();
    EXPECT_TRUE(has(text, "Executing task 'reported' took ")) << text;
    EXPECT_FALSE(has(text, "'not reported'")) << text;
    EXPECT_TRUE(has(text, "exit 0")) << text;
}

TEST(Debug, has_a_word_for_a_word_that_it_does_not_know) {
    EXPECT_EQ(Child("yes", [] { say(thrown_by([] { aio::Runner(); }).c_str()); }).end(),
              "aio::ValueError: AIO_DEBUG is 'yes': set it to '1', or leave it outexit 0");
}

Coroutine<> fail() {
    throw aio::ValueError("lost");
    co_return;
}
constexpr int before_lose = __LINE__;
Coroutine<> lose() {
    create_task(fail(), "loser");
    co_await turns(2);
}
void lose_one() { aio::run(lose()); }

TEST(Debug, adds_the_place_of_creation_to_an_exception_that_nobody_retrieves) {
    const std::string before = "Task exception was never retrieved\n  task: loser\n",
                      after = "  exception: aio::ValueError: lost\nexit 0";
    EXPECT_EQ(Child(nullptr, lose_one).end(), before + after);
    const std::string text = Child("1", lose_one).end();
    EXPECT_TRUE(has(text, before + "  created: " + place(before_lose + 2, "lose") + "\n")) << text;
    EXPECT_TRUE(has(text, after)) << text;
}

TEST(Watchdog, reports_once_a_step_that_does_not_come_back) {
    const std::string text =
        Child("1", [] { aio::run([]() -> Coroutine<> { co_await create_task(block(1500ms), "stuck"); }()); }).end();
    const std::string report = "Executing task 'stuck' has been going on for more than a second\n  since: " +
                               place(before_block + 2, "block") + "\n";
    EXPECT_TRUE(has(text, report)) << text;
    EXPECT_EQ(text.find(report), text.rfind(report)) << text;
    EXPECT_LT(text.find(report), text.find("Executing task 'stuck' took 1.")) << text;
}

}  // namespace
