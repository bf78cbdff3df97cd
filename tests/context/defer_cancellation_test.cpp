#include "runtime/context/defer_cancellation.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "runtime/context/task_group.hpp"
#include "runtime/context/timeout.hpp"
#include "runtime/context/with.hpp"
#include "tests/support/counted.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::defer_cancellation;

Coroutine<> rollback(Log& log, int waits) {
    const Counted local;
    for (int i = 0; i < waits; ++i) {
        co_await turns(1);
        log(std::to_string(i));
    }
}

TEST_ON_LOOP(DeferCancellation, ends_as_what_it_awaits) {
    const int value = co_await defer_cancellation(aio::sleep(1s, 7));
    EXPECT_EQ(value, 7);
    const auto owns = []() -> Coroutine<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
    const auto owned = co_await defer_cancellation(owns());
    EXPECT_EQ(*owned, 7);
    const auto fails = []() -> Coroutine<> {
        co_await turns(1);
        throw aio::ValueError("boom");
    };
    const std::string ending = co_await ending_of(defer_cancellation(fails()));
    EXPECT_EQ(ending, "aio::ValueError: boom");
}

/// Cancels at every turn there is, and at all of them.
TEST(DeferCancellation, runs_on_whenever_and_however_often_the_task_is_cancelled) {
    for (int first = 0; first < 10; ++first) {
        for (const int cancels : {1, 2, 20}) {
            Counted::reset();
            Log log;
            const auto main = [&]() -> Coroutine<> {
                const auto body = [&]() -> Coroutine<> {
                    co_await defer_cancellation(rollback(log, 4));
                    log("after");
                };
                const auto task = create_task(body);
                co_await turns(first + 1);
                for (int i = 0; i < cancels && !task.done(); ++i) {
                    task.cancel();
                    co_await turns(1);
                }
                const std::string ending = co_await ending_of(task);
                log(ending);
            };
            run_virtually(main());
            const std::string ending = first < 7 ? "aio::CancelledError" : "after returned";
            EXPECT_EQ(log.text(), "0 1 2 3 " + ending) << first << " " << cancels;
            EXPECT_EQ(Counted::alive(), 0);
        }
    }
}

TEST_ON_LOOP(DeferCancellation, of_a_task_that_was_cancelled_before_still_runs) {
    Log log;
    const auto body = [&]() -> Coroutine<> {
        aio::current_task().cancel();
        co_await defer_cancellation(rollback(log, 2));
    };
    const std::string ending = co_await ending_of(create_task(body));
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_EQ(log.text(), "0 1");
}

TEST_ON_LOOP(DeferCancellation, reports_an_error_that_the_cancellation_replaces) {
    const Reports reports;
    const auto fails = []() -> Coroutine<> {
        co_await turns(3);
        throw aio::ValueError("rollback failed");
    };
    const auto task = create_task(defer_cancellation(fails()), "T");
    co_await turns(2);
    task.cancel();
    const std::string ending = co_await ending_of(task);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_EQ(reports.text(), "Task exception was never retrieved (T): aio::ValueError: rollback failed");
}

TEST_ON_LOOP(DeferCancellation, is_itself_cancelled_if_what_it_awaits_is) {
    const auto cancelled = []() -> Coroutine<> {
        co_await turns(1);
        throw aio::CancelledError();
    };
    const std::string ending = co_await ending_of(defer_cancellation(cancelled()));
    EXPECT_EQ(ending, "aio::CancelledError");
}

TEST_ON_LOOP(DeferCancellation, leaves_the_request_counted_so_that_a_timeout_around_it_expires) {
    Log log;
    const std::string ending = co_await ending_of([&]() -> Coroutine<> {
        co_await aio::with(aio::timeout(1s), [&]() -> Coroutine<> {
            co_await defer_cancellation(aio::sleep(3s));
            log("after");
        });
    }());
    EXPECT_EQ(ending, "aio::TimeoutError: timed out");
    EXPECT_EQ(now(), 3000);
    EXPECT_EQ(log.text(), "");
    EXPECT_EQ(aio::current_task().cancelling(), 0u);
}

TEST_ON_LOOP(DeferCancellation, does_not_keep_a_time_limit_or_a_group_inside_it_from_working) {
    const auto limited = []() -> Coroutine<> { co_await aio::with(aio::timeout(1s), [] { return forever(); }); };
    const std::string timed_out = co_await ending_of(defer_cancellation(limited()));
    EXPECT_EQ(timed_out, "aio::TimeoutError: timed out");
    const auto grouped = []() -> Coroutine<> {
        co_await aio::with(aio::TaskGroup(), [](auto& group) -> Coroutine<> {
            group.create_task([]() -> Coroutine<> {
                throw aio::ValueError("boom");
                co_return;
            });
            co_await forever();
        });
    };
    const std::string failed = co_await ending_of(defer_cancellation(grouped()));
    EXPECT_EQ(failed, "aio::ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)");
}

TEST_ON_LOOP(DeferCancellation, of_a_task_waits_for_that_and_leaves_it_to_its_other_holders) {
    const auto inner = create_task(aio::sleep(1s, 7));
    const auto outer = create_task(defer_cancellation(inner));
    co_await turns(2);
    outer.cancel();
    co_await turns(2);
    EXPECT_FALSE(outer.done());
    EXPECT_EQ(inner.cancelling(), 0u);
    inner.cancel();
    const std::string ending = co_await ending_of(outer);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_EQ(now(), 0);
}

// What shield() alone does not do: the loop cancels all tasks at its end.
TEST(DeferCancellation, is_finished_by_the_end_of_the_loop) {
    Log log;
    const auto main = [&]() -> Coroutine<> {
        const auto leaves = [&]() -> Coroutine<> { co_await defer_cancellation(rollback(log, 5)); };
        const auto task = create_task(leaves);
        co_await turns(3);
    };
    run_virtually(main());
    EXPECT_EQ(log.text(), "0 1 2 3 4");
}

TEST(DeferCancellation, destroys_what_can_never_end) {
    Counted::reset();
    const auto main = []() -> Coroutine<> {
        const auto stuck = []() -> Coroutine<> {
            const Counted local;
            co_await forever();
        };
        co_await defer_cancellation(stuck());
    };
    EXPECT_THROW(run_virtually(main()), aio::DeadlockError);
    EXPECT_EQ(Counted::constructed, 1);
    EXPECT_EQ(Counted::alive(), 0);
}

TEST_ON_LOOP(DeferCancellation, has_a_task_that_all_tasks_does_not_show) {
    const auto outer = create_task(defer_cancellation(aio::sleep(1s)));
    co_await turns(2);
    const std::vector<aio::TaskBase> tasks = aio::all_tasks();
    EXPECT_EQ(tasks.size(), 2u);
    co_await outer;
}

}  // namespace
