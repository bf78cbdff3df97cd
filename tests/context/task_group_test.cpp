#include "runtime/context/task_group.hpp"

#include <gtest/gtest.h>

#include <string>

#include "runtime/context/with.hpp"
#include "tests/support/counted.hpp"
#include "tests/support/endings.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::TaskGroup;
using aio::with;

/// Tells when it is cancelled.
Coroutine<> waits(Log& log, std::string name) {
    co_await ending_of(forever());
    log(name + "-cancelled");
    throw aio::CancelledError();
}
/// Answers a cancellation with an error.
Coroutine<> fails_to_clean_up(std::string text) {
    co_await ending_of(forever());
    throw aio::ValueError(text);
}

/// Runs the block in a group, and says how it ended, the errors of a group in its order: "[a b]".
template <class Block> Coroutine<std::string> ending_of_group(Block& block) {
    std::string ending = "returned";
    try {
        co_await with(TaskGroup(), block);
    } catch (const aio::ExceptionGroup& group) {
        Log log;
        for (const auto& error : group.exceptions()) log(aio::describe(error).substr(sizeof "aio::ValueError:"));
        ending = "[" + log.text() + "]";
    } catch (...) { ending = aio::describe(std::current_exception()); }
    co_return ending;
}

// ---- all goes well

TEST_ON_LOOP(TaskGroup, ends_when_its_tasks_have) {
    Log log;
    const auto block = [&](TaskGroup& group) -> Coroutine<> {
        group.create_task(returns(1, 3s));
        group.create_task(returns(2, 1s));
        log("block-ended@" + std::to_string(now()));
        co_return;
    };
    const std::string ending = co_await ending_of_group(block);
    EXPECT_EQ(ending, "returned");
    EXPECT_EQ(log.text(), "block-ended@0");
    EXPECT_EQ(now(), 3000);
}

TEST_ON_LOOP(TaskGroup, gives_the_result_of_the_block_and_its_tasks_keep_theirs) {
    const auto block = [](TaskGroup& group) -> Coroutine<aio::Task<int>> {
        const auto task = group.create_task(returns(7), "worker");
        EXPECT_EQ(task.get_name(), "worker");
        co_return task;
    };
    const auto task = co_await with(TaskGroup(), block);
    EXPECT_EQ(task.result(), 7);
}

TEST_ON_LOOP(TaskGroup, without_tasks_ends_with_its_block) {
    const auto block = []() -> Coroutine<> { co_return; };
    const std::string ending = co_await ending_of_group(block);
    EXPECT_EQ(ending, "returned");
}

TEST_ON_LOOP(TaskGroup, takes_tasks_from_its_tasks_until_the_last_has_ended) {
    Log log;
    const auto block = [&](TaskGroup& group) -> Coroutine<> {
        const auto second = [&]() -> Coroutine<> {
            co_await aio::sleep(1s);
            log("second");
        };
        const auto first = [&group, second]() -> Coroutine<> {
            co_await aio::sleep(1s);
            group.create_task(second);
        };
        group.create_task(first);
        co_return;
    };
    co_await with(TaskGroup(), block);
    EXPECT_EQ(log.text(), "second");
    EXPECT_EQ(now(), 2000);
}

TEST_ON_LOOP(TaskGroup, takes_no_notice_of_a_task_that_is_cancelled) {
    const auto block = [](TaskGroup& group) -> Coroutine<> {
        group.create_task(forever()).cancel();
        group.create_task(returns(1, 1s));
        co_return;
    };
    const std::string ending = co_await ending_of_group(block);
    EXPECT_EQ(ending, "returned");
    EXPECT_EQ(now(), 1000);
}

// ---- something fails

TEST_ON_LOOP(TaskGroup, cancels_the_others_in_order_of_creation_when_one_fails) {
    Log log;
    const auto block = [&](TaskGroup& group) -> Coroutine<> {
        group.create_task(waits(log, "a"));
        group.create_task(fails("boom", 1s));
        group.create_task(waits(log, "b"));
        co_return;
    };
    const std::string ending = co_await ending_of_group(block);
    EXPECT_EQ(ending, "[boom]");
    EXPECT_EQ(log.text(), "a-cancelled b-cancelled");
    EXPECT_EQ(now(), 1000);
}

TEST_ON_LOOP(TaskGroup, cancels_its_block_when_a_task_fails) {
    Log log;
    const auto block = [&](TaskGroup& group) -> Coroutine<> {
        group.create_task(fails("boom"));
        co_await waits(log, "block");
    };
    const std::string ending = co_await ending_of_group(block);
    EXPECT_EQ(ending, "[boom]");
    EXPECT_EQ(log.text(), "block-cancelled");
    EXPECT_EQ(aio::current_task().cancelling(), 0u);
    co_await turns(1);  // and who had the group goes on
}

TEST_ON_LOOP(TaskGroup, cancels_its_tasks_when_its_block_fails_and_the_blocks_error_comes_last) {
    const auto block = [](TaskGroup& group) -> Coroutine<> {
        group.create_task(fails_to_clean_up("task"));
        co_await turns(1);
        throw aio::ValueError("block");
    };
    const std::string ending = co_await ending_of_group(block);
    EXPECT_EQ(ending, "[task block]");
}

TEST_ON_LOOP(TaskGroup, collects_all_errors_in_the_order_in_which_they_came) {
    const auto block = [](TaskGroup& group) -> Coroutine<> {
        group.create_task(fails_to_clean_up("second"));
        group.create_task(fails("first", 1s));
        group.create_task(fails_to_clean_up("third"));
        co_return;
    };
    const std::string ending = co_await ending_of_group(block);
    EXPECT_EQ(ending, "[first second third]");
}

TEST_ON_LOOP(TaskGroup, does_not_report_errors_that_came_out_in_its_group) {
    const Reports reports;
    const auto block = [](TaskGroup& group) -> Coroutine<> {
        group.create_task(fails("boom"));
        co_return;
    };
    co_await ending_of_group(block);
    co_await turns(3);
    EXPECT_EQ(reports.text(), "");
}

TEST_ON_LOOP(TaskGroup, names_itself_and_counts_in_its_message) {
    const auto block = [](TaskGroup& group) -> Coroutine<> {
        group.create_task(fails("a"));
        group.create_task(fails("b"));
        co_return;
    };
    const std::string ending = co_await ending_of(with(TaskGroup(), block));
    EXPECT_EQ(ending, "aio::ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)");
}

// ---- cancelled from elsewhere

TEST_ON_LOOP(TaskGroup, that_is_cancelled_in_its_block_cancels_its_tasks_and_is_cancelled) {
    Log log;
    const auto block = [&](TaskGroup& group) -> Coroutine<> {
        group.create_task(waits(log, "task"));
        co_await waits(log, "block");
    };
    const auto body = [&]() -> Coroutine<> { co_await with(TaskGroup(), block); };
    const auto task = create_task(body);
    co_await turns(2);
    task.cancel();
    const std::string ending = co_await ending_of(task);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_EQ(log.text(), "block-cancelled task-cancelled");
    EXPECT_EQ(task.cancelling(), 1u);
}

TEST_ON_LOOP(TaskGroup, that_is_cancelled_behind_its_block_cancels_its_tasks_and_is_cancelled) {
    Log log;
    const auto block = [&](TaskGroup& group) -> Coroutine<> {
        group.create_task(waits(log, "task"));
        co_return;
    };
    const auto body = [&]() -> Coroutine<> { co_await with(TaskGroup(), block); };
    const auto task = create_task(body);
    co_await turns(3);
    task.cancel();
    const std::string ending = co_await ending_of(task);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_EQ(log.text(), "task-cancelled");
}

TEST_ON_LOOP(TaskGroup, that_is_cancelled_again_while_it_waits_for_its_tasks_goes_on_waiting) {
    Log log;
    const auto slow = [&]() -> Coroutine<> {
        co_await ending_of(forever());
        co_await aio::sleep(3s);
        log("cleaned-up");
    };
    const auto block = [&](TaskGroup& group) -> Coroutine<> {
        group.create_task(slow);
        co_return;
    };
    const auto body = [&]() -> Coroutine<> { co_await with(TaskGroup(), block); };
    const auto task = create_task(body);
    co_await turns(3);
    task.cancel();
    co_await aio::sleep(1s);
    task.cancel();
    const std::string ending = co_await ending_of(task);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_EQ(log.text(), "cleaned-up");
    EXPECT_EQ(now(), 3000);
}

TEST_ON_LOOP(TaskGroup, that_is_cancelled_but_has_errors_throws_these) {
    const auto block = [](TaskGroup& group) -> Coroutine<> {
        group.create_task(fails_to_clean_up("cleanup"));
        co_await forever();
    };
    const auto body = [&]() -> Coroutine<std::string> { co_return co_await ending_of_group(block); };
    const auto task = create_task(body);
    co_await turns(2);
    task.cancel();
    const std::string ending = co_await task;
    EXPECT_EQ(ending, "[cleanup]");
}

TEST_ON_LOOP(TaskGroup, that_fails_and_is_cancelled_from_elsewhere_throws_its_errors) {
    const auto block = [](TaskGroup& group) -> Coroutine<> {
        group.create_task(fails("boom"));
        co_await forever();
    };
    const auto body = [&]() -> Coroutine<std::string> { co_return co_await ending_of_group(block); };
    const auto task = create_task(body);
    co_await turns(3);  // the group has asked its own task to end
    task.cancel();
    const std::string ending = co_await task;
    EXPECT_EQ(ending, "[boom]");
    EXPECT_EQ(task.cancelling(), 1u);
}

TEST_ON_LOOP(TaskGroup, inside_another_fails_alone_until_its_error_reaches_that) {
    Log log;
    const auto inner = [&](TaskGroup& group) -> Coroutine<> {
        group.create_task(fails("boom"));
        co_await waits(log, "inner");
    };
    const auto outer = [&](TaskGroup& group) -> Coroutine<> {
        group.create_task(waits(log, "sibling"));
        const std::string ending = co_await ending_of_group(inner);
        log(ending);
        co_await turns(1);
        log("outer-goes-on");
        throw aio::ValueError("outer");
    };
    const std::string ending = co_await ending_of_group(outer);
    EXPECT_EQ(log.text(), "inner-cancelled [boom] outer-goes-on sibling-cancelled");
    EXPECT_EQ(ending, "[outer]");
}

// ---- what is refused

TEST_ON_LOOP(TaskGroup, takes_no_task_before_behind_or_when_it_is_shutting_down) {
    const Reports reports;
    TaskGroup group;
    const auto refused = [&] { return thrown_by([&] { group.create_task(forever()); }); };
    EXPECT_EQ(refused(), "aio::RuntimeError: TaskGroup has not been entered");
    const auto block = [&]() -> Coroutine<> {
        const auto stubborn = [&]() -> Coroutine<> {
            co_await ending_of(forever());
            EXPECT_EQ(refused(), "aio::RuntimeError: TaskGroup is shutting down");
        };
        group.create_task(stubborn);
        co_await turns(1);
        throw aio::ValueError("boom");
    };
    co_await ending_of(with(group, block));
    EXPECT_EQ(refused(), "aio::RuntimeError: TaskGroup is finished");
    EXPECT_EQ(reports.text(),  // each coroutine that was refused
              "coroutine 'aio::test::forever' was never awaited "
              "coroutine 'aio::test::forever' was never awaited "
              "coroutine 'aio::test::forever' was never awaited");
}

TEST_ON_LOOP(TaskGroup, can_be_entered_once) {
    TaskGroup group;
    const auto block = [] { return turns(1); };
    co_await with(group, block);
    const std::string ending = co_await ending_of(with(group, block));
    EXPECT_EQ(ending, "aio::RuntimeError: TaskGroup has been already entered");
}

// ---- the end of the loop

TEST(TaskGroup, that_never_ended_is_destroyed_with_the_loop) {
    Counted::reset();
    const auto child = []([[maybe_unused]] Counted argument) -> Coroutine<> { co_await forever(); };
    const auto block = [&](TaskGroup& group) -> Coroutine<> {
        group.create_task(child(Counted()));
        group.create_task(child(Counted()));
        co_await forever();
    };
    const auto main = [&]() -> Coroutine<> { co_await with(TaskGroup(), block); };
    EXPECT_THROW(run_virtually(main()), aio::DeadlockError);
    EXPECT_EQ(Counted::alive(), 0);
}

}  // namespace
