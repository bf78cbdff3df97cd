// Ctrl-C. Each program here runs in a child process, for SIGINT is about processes.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>

#include "runtime/tasks/run.hpp"
#include "tests/support/child.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;

void say(const std::string& word) { put(STDERR_FILENO, word + " "); }

/// On the real clock: the loop must really sleep when the signal comes.
template <class Main> void run_for_real(Main main) {
    aio::Runner runner(aio::ClockKind::real);
    runner.finish(main());
    runner.close();
}

TEST(Interrupt, cancels_main_then_the_tasks_that_are_left_and_ends_the_process_as_sigint_does) {
    Child child(nullptr, [] {
        const auto background = []() -> Coroutine<> {
            const std::string ending = co_await ending_of(aio::sleep(1h));
            say("background:" + ending);
        };
        run_for_real([&]() -> Coroutine<> {
            create_task(background);
            co_await turns(1);
            say("ready");
            const std::string ending = co_await ending_of(aio::sleep(1h));
            say("main:" + ending);
            co_await aio::sleep(1ms);
            say("cleaned-up");
            throw aio::CancelledError();
        });
        say("never");
    });
    child.says("ready");
    child.send(SIGINT);
    EXPECT_EQ(child.end(), "ready main:aio::CancelledError cleaned-up background:aio::CancelledError signal 2");
}

TEST(Interrupt, may_be_swallowed_by_main) {
    Child child(nullptr, [] {
        run_for_real([]() -> Coroutine<> {
            say("ready");
            co_await ending_of(aio::sleep(1h));
            say("swallowed");
        });
        say("and-on");
    });
    child.says("ready");
    child.send(SIGINT);
    EXPECT_EQ(child.end(), "ready swallowed and-on exit 0");
}

TEST(Interrupt, ends_the_process_at_once_the_second_time) {
    Child child(nullptr, [] {
        run_for_real([]() -> Coroutine<> {
            say("ready");
            co_await ending_of(aio::sleep(1h));
            say("cleanup");
            co_await ending_of(aio::sleep(1h));
            say("never");
        });
    });
    child.says("ready");
    child.send(SIGINT);
    child.says("cleanup");
    child.send(SIGINT);
    EXPECT_EQ(child.end(), "ready cleanup signal 2");
}

TEST(Interrupt, reaches_a_main_that_is_never_idle) {
    Child child(nullptr, [] {
        run_for_real([]() -> Coroutine<> {
            say("ready");
            for (;;) co_await aio::sleep(0s);
        });
    });
    child.says("ready");
    child.send(SIGINT);
    EXPECT_EQ(child.end(), "ready signal 2");
}

TEST(Interrupt, that_comes_while_main_runs_arrives_at_its_next_await) {
    Child child(nullptr, [] {
        run_for_real([]() -> Coroutine<> {
            raise(SIGINT);
            say("still-running");
            const std::string ending = co_await ending_of(aio::sleep(1h));
            say(ending);
        });
    });
    EXPECT_EQ(child.end(), "still-running aio::CancelledError exit 0");
}

TEST(Interrupt, of_a_main_that_ends_by_another_exception_lets_that_out) {
    Child child(nullptr, [] {
        aio::Runner runner(aio::ClockKind::real);
        const auto main = []() -> Coroutine<> {
            say("ready");
            co_await ending_of(aio::sleep(1h));
            throw aio::ValueError("instead");
        };
        say(thrown_by([&] { runner.run(main()); }));
    });
    child.says("ready");
    child.send(SIGINT);
    EXPECT_EQ(child.end(), "ready aio::ValueError: instead exit 0");
}

TEST(Interrupt, can_be_swallowed_again_in_the_next_run) {
    Child child(nullptr, [] {
        aio::Runner runner(aio::ClockKind::real);
        const auto main = []() -> Coroutine<> {
            say("ready");
            co_await ending_of(aio::sleep(1h));
            say("swallowed");
        };
        for (int i = 0; i < 2; ++i) runner.run(main());
    });
    child.says("ready");
    child.send(SIGINT);
    child.says("swallowed ready");
    child.send(SIGINT);
    EXPECT_EQ(child.end(), "ready swallowed ready swallowed exit 0");
}

TEST(Interrupt, is_left_to_a_program_that_has_a_handler_of_its_own) {
    Child child(nullptr, [] {
        std::signal(SIGINT, [](int) { say("own-handler"); });
        run_for_real([]() -> Coroutine<> {
            raise(SIGINT);
            co_await aio::sleep(1ms);
            say("not-cancelled");
        });
        raise(SIGINT);
    });
    EXPECT_EQ(child.end(), "own-handler not-cancelled own-handler exit 0");
}

TEST(Interrupt, has_its_old_meaning_after_the_run) {
    Child child(nullptr, [] {
        run_for_real([]() -> Coroutine<> { co_return; });
        say("after");
        raise(SIGINT);
        say("never");
    });
    EXPECT_EQ(child.end(), "after signal 2");
}

TEST(Interrupt, is_not_touched_by_a_loop_in_another_thread) {
    const auto before = std::signal(SIGINT, SIG_DFL);  // a shell may have set it to be ignored
    struct sigaction inside {};
    std::thread([&] {
        const auto main = [&]() -> Coroutine<> {
            sigaction(SIGINT, nullptr, &inside);
            co_return;
        };
        run_virtually(main());
    }).join();
    std::signal(SIGINT, before);
    EXPECT_EQ(inside.sa_handler, SIG_DFL);
}

TEST(Interrupt, stays_with_a_handler_that_main_has_set_meanwhile) {
    Child child(nullptr, [] {
        run_for_real([]() -> Coroutine<> {
            std::signal(SIGINT, [](int) { say("own-handler"); });
            co_return;
        });
        std::raise(SIGINT);
        say("and-on");
    });
    EXPECT_EQ(child.end(), "own-handler and-on exit 0");
}

}  // namespace
