// A program that waits, and is sent a signal: on the real clock, for that comes from outside.
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "runtime/aio.hpp"
#include "tests/support/child.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/place.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::DumpTasksOnSignal;

constexpr int before_inner = __LINE__;
Coroutine<> inner(aio::Lock& lock) { const auto guard = co_await lock.scoped(); }
Coroutine<> middle(aio::Lock& lock) { co_await inner(lock); }
Coroutine<> outer(aio::Lock& lock) { co_await middle(lock); }

Coroutine<> waits_for_a_lock() {
    aio::Lock lock;
    const auto guard = co_await lock.scoped();
    auto first = create_task(outer(lock), "first"), second = create_task(outer(lock), "second");
    co_await turns(2);
    say("ready\n");
    co_await ending_of(aio::sleep(1h));
    first.cancel(), second.cancel();
    co_await ending_of(first);
    co_await ending_of(second);
}

/// The same, ready for SIGUSR1 without debug mode.
Coroutine<> waits_and_dumps() {
    const DumpTasksOnSignal dump;
    co_await waits_for_a_lock();
}

TEST(DumpTasksOnSignal, shows_each_frame_of_what_waits_who_holds_the_lock_and_who_is_in_line) {
    for (const bool debug : {false, true}) {
        Child child(debug ? "1" : nullptr, [&] { aio::run(debug ? waits_for_a_lock() : waits_and_dumps()); });
        child.says("ready\n");
        child.send(SIGUSR1);
        child.says("in line: 'first', 'second'\n", 2);
        child.send(SIGINT);  // both signals are heard
        const std::string text = child.end();
        EXPECT_TRUE(has(text, "ready\nTasks: 3\n* Task 'Task-1', created at ")) << text;
        for (const std::string& frame :
             {place(before_inner + 1, "inner"), place(before_inner + 2, "middle"), place(before_inner + 3, "outer")})
            EXPECT_TRUE(has(text, "  |   " + frame + "\n")) << frame << text;
        EXPECT_TRUE(has(text, ", in aio::Lock::acquire_slowly\n")) << text;
        EXPECT_TRUE(has(text, "Waits for a lock, held by 'Task-1'; in line: 'first', 'second'\n")) << text;
        EXPECT_TRUE(has(text, "exit 0")) << text;
    }
}

Coroutine<> take_both(aio::Lock& first, aio::Lock& second) {
    const auto one = co_await first.scoped();
    co_await aio::sleep(1ms);
    const auto other = co_await second.scoped();
}

TEST(DumpTasksOnSignal, names_two_tasks_that_wait_for_each_other_each_time_it_is_asked) {
    const auto main = []() -> Coroutine<> {
        const DumpTasksOnSignal dump;
        aio::Lock a, b;
        const auto one = create_task(take_both(a, b), "one"), two = create_task(take_both(b, a), "two");
        co_await aio::sleep(10ms);
        say("ready\n");
        co_await aio::sleep(1h);
    };
    Child child(nullptr, [&] { aio::run(main()); });
    child.says("ready\n");
    for (const int times : {1, 2, 3}) {
        child.send(SIGUSR1);
        EXPECT_TRUE(child.says(" ends it: 'one' -> 'two' -> 'one'\n", times));
    }
    child.send(SIGKILL);
    child.end();
}

TEST(DumpTasksOnSignal, is_heard_by_a_program_that_is_never_idle_and_by_a_later_run) {
    for (const char* const debug : {static_cast<const char*>(nullptr), "1"}) {
        Child child(debug, [] {
            for (const char* words : {"one\n", "two\n"}) {
                const auto spin = [=]() -> Coroutine<> {
                    const DumpTasksOnSignal dump;
                    say(words);
                    for (const aio::TimePoint end = aio::get_running_loop().time() + 300ms;
                         aio::get_running_loop().time() < end;)
                        co_await aio::sleep(0s);
                };
                aio::run(spin());
            }
        });
        for (const char* words : {"one\n", "two\n"}) {
            child.says(words);
            child.send(SIGUSR1);
            EXPECT_TRUE(child.says(std::string(words) + "Tasks: 1\n")) << words;
        }
        EXPECT_TRUE(has(child.end(), "exit 0"));
    }
}

TEST(DumpTasksOnSignal, may_be_any_signal_and_several) {
    const auto main = []() -> Coroutine<> {
        const DumpTasksOnSignal one(SIGUSR2), other(SIGRTMIN);
        say("ready\n");
        co_await aio::sleep(1h);
    };
    Child child("1", [&] { aio::run(main()); });
    child.says("ready\n");
    int times = 0;
    for (const int signal : {SIGUSR1, SIGUSR2, SIGRTMIN}) {
        child.send(signal);
        EXPECT_TRUE(child.says("Tasks: 1\n", ++times)) << signal;
    }
    child.send(SIGKILL);
    child.end();
}

TEST(DumpTasksOnSignal, leaves_a_signal_alone_that_the_program_handles_and_gives_it_its_meaning_back) {
    const auto handle = [] { std::signal(SIGUSR1, [](int) { say("own\n"); }); };
    for (const char* const debug : {static_cast<const char*>(nullptr), "1"}) {
        Child own(debug, [&] {
            handle();
            aio::run(waits_and_dumps());
        });
        own.says("ready\n");
        own.send(SIGUSR1);
        own.says("own\n");
        own.send(SIGINT);
        EXPECT_EQ(own.end(), "ready\nown\nexit 0");
    }
    const auto main = []() -> Coroutine<> {
        { const DumpTasksOnSignal dump; }
        co_await waits_for_a_lock();
    };
    Child without(nullptr, [&] { aio::run(main()); });
    without.says("ready\n");
    without.send(SIGUSR1);
    EXPECT_EQ(without.end(), "ready\nsignal " + std::to_string(SIGUSR1));
}

TEST(DumpTasksOnSignal, keeps_no_loop_alive) {
    const auto main = []() -> Coroutine<> {
        const DumpTasksOnSignal dump;
        co_await forever();
    };
    EXPECT_EQ(thrown_by([&] { aio::run(main()); }).substr(0, 18), "aio::DeadlockError");
}

TEST(DumpTasksOnSignal, needs_a_loop_and_a_signal_that_can_be_handled) {
    EXPECT_EQ(thrown_by([] { DumpTasksOnSignal(); }),
              "aio::RuntimeError: no running event loop: call this below aio::run()");
    aio::EventLoop loop;
    EXPECT_EQ(thrown_by([&] { DumpTasksOnSignal(SIGKILL, loop); }), "std::system_error: signal: Invalid argument");
    EXPECT_EQ(thrown_by([&] { DumpTasksOnSignal(1000, loop); }), "std::system_error: sigaction: Invalid argument");
}

}  // namespace
