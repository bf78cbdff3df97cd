#include "runtime/tasks/run.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/counted.hpp"
#include "tests/support/endings.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/open_descriptors.hpp"

namespace {

using namespace aio::test;
using aio::ClockKind;
using aio::Coroutine;
using aio::create_task;
using aio::Runner;

// ---- aio::run

TEST(Run, returns_what_main_returns) {
    int n = 1;
    const auto refers = [&]() -> Coroutine<int&> { co_return n; };
    const auto owns = []() -> Coroutine<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
    EXPECT_EQ(aio::run(returns(5)), 5);
    EXPECT_EQ(&aio::run(refers()), &n);
    EXPECT_EQ(*aio::run(owns()), 7);
    aio::run(turns(1));
}

TEST(Run, throws_what_main_throws) {
    const auto fails = []() -> Coroutine<> {
        co_await turns(1);
        throw std::out_of_range("boom");
    };
    EXPECT_THROW(aio::run(fails()), std::out_of_range);
    const auto cancels_itself = []() -> Coroutine<> {
        aio::current_task().cancel();
        co_await turns(1);
    };
    EXPECT_THROW(aio::run(cancels_itself()), aio::CancelledError);
}

TEST(Run, may_be_called_again_and_begins_afresh) {
    for (int i = 0; i < 3; ++i) {
        const auto name = []() -> Coroutine<std::string> { co_return aio::current_task().get_name(); };
        EXPECT_EQ(aio::run(name()), "Task-1");
    }
}

TEST_ON_LOOP(Run, is_refused_inside_a_running_loop) {
    const Reports reports;
    EXPECT_EQ(thrown_by([] { aio::run(returns(1)); }),
              "aio::RuntimeError: aio::run() cannot be called from a running event loop");
    EXPECT_EQ(reports.text(), "coroutine 'aio::test::returns' was never awaited");
    const int still_works = co_await returns(2);
    EXPECT_EQ(still_works, 2);
}

TEST(Run, works_in_several_threads_at_once) {
    std::array<int, 4> results{};
    std::vector<std::thread> threads;
    for (int& result : results)
        threads.emplace_back([&result] {
            const auto main = []() -> Coroutine<int> {
                int sum = 0;
                for (int i = 0; i < 200; ++i) sum += co_await create_task(returns(i));
                co_return sum;
            };
            result = aio::run(main());
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(results, (std::array{19'900, 19'900, 19'900, 19'900}));
}

TEST(Run, leaves_no_descriptor_open) {
    const auto before = open_descriptors();
    EXPECT_EQ(aio::run(returns(1)), 1);
    EXPECT_THROW(run_virtually(forever()), aio::DeadlockError);
    EXPECT_EQ(open_descriptors(), before);
}

TEST(Run, lets_a_task_start_that_was_made_just_before_main_ended) {
    Log log;
    const auto child = [&]() -> Coroutine<> {
        log("started");
        const std::string ending = co_await ending_of(aio::sleep(1h));
        log(ending);
    };
    const auto main = [&]() -> Coroutine<> {
        create_task(child);
        log("main-ended");
        co_return;
    };
    run_virtually(main());
    EXPECT_EQ(log.text(), "main-ended started aio::CancelledError");
}

// ---- what is left over

TEST(Run, cancels_what_is_left_over_in_order_of_creation_and_waits_for_its_cleanup) {
    Log log;
    const auto child = [&](std::string name) -> Coroutine<> {
        co_await ending_of(forever());
        log(name + "-cancelled");
        co_await aio::sleep(1s);
        log(name + "-cleaned-up");
    };
    const auto main = [&]() -> Coroutine<> {
        create_task(child("a"));
        create_task(child("b"));
        co_await turns(1);
        log("main-ended");
    };
    run_virtually(main());
    EXPECT_EQ(log.text(), "main-ended a-cancelled b-cancelled a-cleaned-up b-cleaned-up");
}

TEST(Run, reports_an_exception_in_what_is_left_over) {
    const auto child = []() -> Coroutine<> {
        co_await ending_of(forever());
        throw aio::ValueError("boom");
    };
    const auto main = [&]() -> Coroutine<> {
        create_task(child(), "worker");
        co_await turns(1);
    };
    Runner runner(ClockKind::virtual_time);
    const Reports reports(runner.get_loop());
    runner.run(main());
    runner.close();
    EXPECT_EQ(reports.text(), "unhandled exception during aio::run() shutdown (worker): aio::ValueError: boom");
}

TEST(Run, destroys_the_tasks_that_the_end_itself_has_made) {
    Counted::reset();
    Log log;
    const auto late = [&]([[maybe_unused]] Counted argument) -> Coroutine<> {
        const Farewell farewell(log, "destroyed");
        co_await forever();
        log("never");
    };
    const auto child = [&]() -> Coroutine<> {
        co_await ending_of(forever());
        create_task(late(Counted()));
    };
    const auto main = [&]() -> Coroutine<> {
        create_task(child());
        co_await turns(1);
    };
    run_virtually(main());
    EXPECT_EQ(log.text(), "destroyed");
    EXPECT_EQ(Counted::alive(), 0);
}

TEST(Run, is_not_kept_from_ending_by_a_destructor_that_makes_tasks_ready) {
    Log log;
    struct SetsResult {
        aio::Future<> future;
        ~SetsResult() {
            if (!future.done()) future.set_result();
        }
    };
    const auto waits = [&](aio::Future<> future) -> Coroutine<> {
        co_await future;
        log("never");
    };
    const auto main = [&]() -> Coroutine<> {
        const aio::Future<> future;
        create_task(waits(future));
        const SetsResult on_destruction{future};
        co_await forever();
    };
    EXPECT_THROW(run_virtually(main()), aio::DeadlockError);
    EXPECT_EQ(log.text(), "");
}

// ---- what can never come

TEST(Run, says_who_waits_for_what_can_never_come) {
    const auto main = []() -> Coroutine<> {
        create_task(forever(), "reader");
        const auto third = create_task(forever());
        co_await third;
    };
    try {
        run_virtually(main());
        FAIL();
    } catch (const aio::DeadlockError& error) {
        EXPECT_EQ(error.tasks, (std::vector<std::string>{"Task-1", "reader", "Task-3"}));
        EXPECT_STREQ(error.what(),
                     "deadlock: nothing is ready and nothing can wake the loop; still waiting: Task-1, reader, Task-3");
    }
}

TEST(Run, says_so_on_the_real_clock_too) { EXPECT_THROW(aio::run(forever()), aio::DeadlockError); }

TEST(Run, says_who_waits_in_a_cleanup_for_what_can_never_come) {
    const auto child = []() -> Coroutine<> {
        co_await ending_of(forever());
        co_await forever();
    };
    const auto main = [&]() -> Coroutine<> {
        create_task(child(), "stubborn");
        co_await turns(1);
    };
    try {
        run_virtually(main());
        FAIL();
    } catch (const aio::DeadlockError& error) { EXPECT_EQ(error.tasks, (std::vector<std::string>{"stubborn"})); }
}

TEST(Run, can_be_called_after_a_deadlock) {
    EXPECT_THROW(run_virtually(forever()), aio::DeadlockError);
    EXPECT_EQ(run_virtually(returns(5)), 5);
}

// ---- Runner

TEST(Runner, runs_several_mains_in_one_loop_and_tasks_go_on_in_between) {
    Runner runner(ClockKind::virtual_time);
    int steps = 0;
    const auto background = [&]() -> Coroutine<> {
        for (;; ++steps) co_await turns(1);
    };
    const auto main = [&]() -> Coroutine<> {
        if (steps == 0) create_task(background);
        co_await turns(5);
    };
    runner.run(main());
    const int before = steps;
    EXPECT_GT(before, 0);
    runner.run(main());
    EXPECT_GT(steps, before);
    runner.close();
    runner.close();  // again: nothing happens
}

TEST(Runner, is_refused_where_a_loop_runs) {
    const auto main = []() -> Coroutine<> {
        EXPECT_THROW(Runner(), aio::RuntimeError);
        co_return;
    };
    run_virtually(main());
}

TEST(Runner, leaves_the_outcome_of_main_in_its_task) {
    Runner runner(ClockKind::virtual_time);
    const auto task = runner.finish(returns(5));
    EXPECT_TRUE(task.done());
    EXPECT_EQ(task.result(), 5);
}

TEST(Runner, leaves_no_loop_running) {
    {
        Runner runner(ClockKind::virtual_time);
        runner.run(turns(1));
        EXPECT_THROW(aio::get_running_loop(), aio::RuntimeError);
    }
    EXPECT_THROW(aio::get_running_loop(), aio::RuntimeError);
}

TEST(Runner, that_is_not_closed_destroys_its_tasks_without_a_word) {
    Counted::reset();
    Log log;
    const auto child = [&]([[maybe_unused]] Counted argument) -> Coroutine<> {
        co_await ending_of(forever());
        log("never");
    };
    testing::internal::CaptureStderr();
    {
        Runner runner(ClockKind::virtual_time);
        const auto main = [&]() -> Coroutine<> {
            create_task(child(Counted()));
            co_await turns(1);
        };
        runner.run(main());
        EXPECT_EQ(Counted::alive(), 1);
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_EQ(log.text(), "");
    EXPECT_EQ(Counted::alive(), 0);
}

}  // namespace
