#include "runtime/tasks/task.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/counted.hpp"
#include "tests/support/endings.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::Task;

Coroutine<> says(Log& log, std::string word) {
    log(word);
    co_return;
}

// ---- how it runs

TEST_ON_LOOP(Task, starts_in_the_next_turn_in_order_of_creation) {
    Log log;
    create_task(says(log, "a"));
    create_task(says(log, "b"));
    log("main");
    co_await turns(1);
    EXPECT_EQ(log.text(), "main a b");
}

TEST_ON_LOOP(Task, takes_turns_with_the_others) {
    Log log;
    const auto counts = [&](std::string name) -> Coroutine<> {
        for (int i = 1; i <= 3; ++i) {
            log(name + std::to_string(i));
            co_await turns(1);
        }
    };
    const auto a = create_task(counts("a")), b = create_task(counts("b"));
    co_await a;
    co_await b;
    EXPECT_EQ(log.text(), "a1 b1 a2 b2 a3 b3");
}

TEST_ON_LOOP(Task, is_kept_alive_by_the_loop) {
    Log log;
    const auto body = [&]() -> Coroutine<> {
        co_await aio::sleep(1s);
        log("done");
    };
    create_task(body());
    co_await aio::sleep(2s);
    EXPECT_EQ(log.text(), "done");
}

TEST_ON_LOOP(Task, keeps_the_callable_that_it_was_made_of) {
    Counted::reset();
    {
        auto body = [counted = Counted(7)]() -> Coroutine<int> {
            co_await turns(2);
            co_return counted.value;
        };
        const auto task = create_task(std::as_const(body));
        const int value = co_await task;
        EXPECT_EQ(value, 7);
        EXPECT_EQ(Counted::alive(), 1);  // `body` itself: the task's copy went with its frame
    }
    EXPECT_EQ(Counted::alive(), 0);
}

TEST_ON_LOOP(Task, can_be_made_of_anything_that_can_be_awaited) {
    co_await create_task(aio::sleep(3s), "sleeper");
    EXPECT_EQ(now(), 3000);
    const int value = co_await create_task(aio::sleep(1s, 7));
    EXPECT_EQ(value, 7);
    const auto task = create_task(returns(1));
    EXPECT_TRUE(aio::ensure_future(task) == task);
    co_await task;
}

TEST_ON_LOOP(Task, cannot_be_made_of_a_coroutine_that_was_awaited) {
    Coroutine<int> awaited = returns(1);
    co_await awaited;
    EXPECT_EQ(thrown_by([&] { create_task(std::move(awaited)); }),
              "aio::RuntimeError: cannot reuse already awaited coroutine");
    EXPECT_EQ(aio::all_tasks().size(), 1u);
}

// ---- results

TEST_ON_LOOP(Task, has_the_result_of_its_coroutine) {
    int n = 1;
    const auto refers = [&]() -> Coroutine<int&> { co_return n; };
    const auto owns = []() -> Coroutine<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
    int& same = co_await create_task(refers);
    EXPECT_EQ(&same, &n);
    const std::unique_ptr<int> seven = co_await create_task(owns);
    EXPECT_EQ(*seven, 7);
    const auto task = create_task(returns(5));
    EXPECT_THROW(task.result(), aio::InvalidStateError);
    const int value = co_await task;
    EXPECT_EQ(value, 5);
    EXPECT_EQ(task.result(), 5);
    EXPECT_EQ(task.exception(), nullptr);
}

TEST_ON_LOOP(Task, gives_its_exception_to_everybody_who_awaits_it) {
    const auto task = create_task(fails("boom"));
    const auto first = create_task(ending_of(task)), second = create_task(ending_of(task));
    const std::string one = co_await first, two = co_await second, three = co_await ending_of(task);
    EXPECT_EQ(one, "aio::ValueError: boom");
    EXPECT_EQ(two, one);
    EXPECT_EQ(three, one);
}

TEST_ON_LOOP(Task, gives_its_frame_up_when_it_ends_and_keeps_its_result) {
    Counted::reset();
    const auto body = []([[maybe_unused]] Counted argument) -> Coroutine<Counted> { co_return Counted(3); };
    const auto task = create_task(body(Counted(1)));
    co_await turns(1);
    EXPECT_EQ(Counted::alive(), 1);
    EXPECT_EQ(task.result().value, 3);
    EXPECT_EQ(Counted::copied, 0);
}

TEST_ON_LOOP(Task, wakes_who_awaits_it_one_turn_after_its_end) {
    Log log;
    const auto child = [&]() -> Coroutine<> {
        log("child");
        aio::get_running_loop().call_soon([&] { log("queued-before"); });
        co_return;
    };
    co_await create_task(child);
    log("main");
    EXPECT_EQ(log.text(), "child queued-before main");
}

TEST_ON_LOOP(Task, calls_back_with_its_own_handle) {
    Log log;
    const auto task = create_task(returns(5), "five");
    task.add_done_callback([&](const Task<int>& t) { log(t.get_name() + std::to_string(t.result())); });
    const auto number = task.add_done_callback([&](const Task<int>&) { log("never"); });
    EXPECT_EQ(task.remove_done_callback(number), 1u);
    co_await turns(3);
    EXPECT_EQ(log.text(), "five5");
}

// ---- names, and who is there

TEST_ON_LOOP(Task, is_called_by_its_number_or_by_its_name) {
    EXPECT_EQ(aio::current_task().get_name(), "Task-1");
    const auto named = create_task(returns(1), "worker");
    const auto third = create_task(returns(1));
    EXPECT_EQ(named.get_name(), "worker");
    EXPECT_EQ(third.get_name(), "Task-3");
    third.set_name("renamed");
    EXPECT_EQ(third.get_name(), "renamed");
    co_await third;
    EXPECT_EQ(third.get_name(), "renamed");
}

TEST_ON_LOOP(Task, that_runs_is_the_current_one) {
    const auto name = []() -> Coroutine<std::string> {
        co_await turns(1);
        co_return aio::current_task().get_name();
    };
    const std::string in_task = co_await create_task(name(), "child");
    EXPECT_EQ(in_task, "child");
    const std::string in_coroutine = co_await name();
    EXPECT_EQ(in_coroutine, "Task-1");
}

TEST_ON_LOOP(Task, is_among_all_tasks_until_it_is_done) {
    const auto names = [] {
        Log log;
        for (const aio::TaskBase& task : aio::all_tasks()) log(task.get_name());
        return log.text();
    };
    create_task(returns(1), "a");
    create_task(aio::sleep(1s), "b");
    EXPECT_EQ(names(), "Task-1 a b");
    co_await turns(2);
    EXPECT_EQ(names(), "Task-1 b");
}

// ---- lost errors

TEST_ON_LOOP(Task, reports_an_exception_that_nobody_retrieved_once_and_with_its_name) {
    const Reports reports;
    create_task(fails("boom"), "worker");  // no handle at all
    co_await turns(3);
    EXPECT_EQ(reports.text(), "Task exception was never retrieved (worker): aio::ValueError: boom");
    co_await turns(3);
    EXPECT_EQ(reports.text(), "Task exception was never retrieved (worker): aio::ValueError: boom");
}

TEST_ON_LOOP(Task, reports_an_exception_when_its_last_handle_goes) {
    const Reports reports;
    {
        const auto task = create_task(fails("boom"));
        co_await turns(5);
        EXPECT_EQ(reports.text(), "");  // somebody may still ask
    }
    EXPECT_EQ(reports.text(), "Task exception was never retrieved (Task-2): aio::ValueError: boom");
}

TEST_ON_LOOP(Task, does_not_report_an_exception_that_was_retrieved) {
    const Reports reports;
    {
        const auto by_await = create_task(fails("boom")), by_result = create_task(fails("boom")),
                   by_exception = create_task(fails("boom"));
        co_await ending_of(by_await);
        co_await turns(3);
        thrown_by([&] { by_result.result(); });
        by_exception.exception();
    }
    EXPECT_EQ(reports.text(), "");
}

TEST_ON_LOOP(Task, does_not_report_its_cancellation) {
    const Reports reports;
    create_task(forever()).cancel();
    co_await turns(3);
    EXPECT_EQ(reports.text(), "");
}

TEST(Task, that_outlives_its_loop_still_reports_its_exception) {
    testing::internal::CaptureStderr();
    {
        std::unique_ptr<Task<>> task;
        const auto main = [&]() -> Coroutine<> {
            task = std::make_unique<Task<>>(create_task(fails("boom"), "worker"));
            co_await turns(3);
        };
        run_virtually(main());
        EXPECT_TRUE(task->done());
    }
    const std::string written = testing::internal::GetCapturedStderr();
    EXPECT_NE(written.find("Task exception was never retrieved\n  task: worker"), std::string::npos) << written;
}

TEST_ON_LOOP(Task, of_a_coroutine_that_throws_before_its_first_await_is_a_failed_task_not_an_error_of_its_maker) {
    const auto body = []() -> Coroutine<> {
        throw aio::ValueError("at once");
        co_return;
    };
    const auto task = create_task(body);
    const std::string ending = co_await ending_of(task);
    EXPECT_EQ(ending, "aio::ValueError: at once");
}

TEST_ON_LOOP(Task, is_given_no_result_from_outside_not_even_as_a_future) {
    const auto task = create_task(forever());
    const aio::Future<> future = task;
    EXPECT_THROW(future.set_result(), aio::RuntimeError);
    EXPECT_THROW(future.set_exception(std::runtime_error("no")), aio::RuntimeError);
    EXPECT_FALSE(task.done());
    co_return;
}

}  // namespace
