#include "runtime/tasks/wait.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/endings.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::Task;

/// "1 2 | 3": the numbers of the tasks that are done, and of those that are not.
std::string numbers(const std::vector<Task<int>>& tasks, const aio::Waited<Task<int>>& waited) {
    Log log;
    const auto add = [&](const std::vector<Task<int>>& some) {
        for (const auto& task : some)
            for (std::size_t i = 0; i < tasks.size(); ++i)
                if (tasks[i] == task) log(std::to_string(i));
    };
    add(waited.done);
    log("|");
    add(waited.pending);
    return log.text();
}

TEST_ON_LOOP(Wait, for_all_gives_all_in_the_order_in_which_they_were_given) {
    const std::vector tasks{create_task(returns(0, 3s)), create_task(fails<int>("boom", 1s)),
                            create_task(returns(2, 2s))};
    const auto waited = co_await aio::wait(tasks);
    EXPECT_EQ(numbers(tasks, waited), "0 1 2 |");
    EXPECT_EQ(now(), 3000);
    tasks[1].exception();
}

TEST_ON_LOOP(Wait, for_the_first_ends_with_it) {
    const std::vector tasks{create_task(returns(0, 3s)), create_task(returns(1, 1s)), create_task(returns(2, 1s))};
    const auto waited = co_await aio::wait(tasks, aio::FIRST_COMPLETED);
    EXPECT_EQ(numbers(tasks, waited), "1 2 | 0");  // two were done in one turn
    EXPECT_EQ(now(), 1000);
}

TEST_ON_LOOP(Wait, for_the_first_exception_passes_by_results_and_cancellations) {
    const std::vector tasks{create_task(returns(0, 1s)), create_task(returns(1, 9s)),
                            create_task(fails<int>("boom", 2s)), create_task(returns(3, 9s))};
    tasks[1].cancel();
    const auto waited = co_await aio::wait(tasks, aio::FIRST_EXCEPTION);
    EXPECT_EQ(numbers(tasks, waited), "0 1 2 | 3");
    EXPECT_EQ(now(), 2000);
    tasks[2].exception();
}

TEST_ON_LOOP(Wait, for_the_first_exception_waits_for_all_where_there_is_none) {
    const std::vector tasks{create_task(returns(0, 1s)), create_task(returns(1, 2s))};
    const auto waited = co_await aio::wait(tasks, aio::FIRST_EXCEPTION);
    EXPECT_EQ(numbers(tasks, waited), "0 1 |");
}

TEST_ON_LOOP(Wait, that_times_out_is_no_error_and_cancels_nothing) {
    const std::vector tasks{create_task(returns(0, 1s)), create_task(returns(1, 3s))};
    const auto waited = co_await aio::wait(tasks, aio::ALL_COMPLETED, 2s);
    EXPECT_EQ(numbers(tasks, waited), "0 | 1");
    EXPECT_EQ(now(), 2000);
    const int value = co_await tasks[1];
    EXPECT_EQ(value, 1);
}

TEST_ON_LOOP(Wait, leaves_no_timer_behind) {
    const std::vector tasks{create_task(returns(0, 1s))};
    co_await aio::wait(tasks, aio::ALL_COMPLETED, 1h);
    EXPECT_TRUE(aio::get_running_loop().timers().empty());
}

TEST_ON_LOOP(Wait, may_have_for_ever) {
    const std::vector tasks{create_task(returns(0, 1h))};
    const auto [done, pending] = co_await aio::wait(tasks, aio::ALL_COMPLETED, std::chrono::hours::max());
    EXPECT_EQ(done.size(), 1u);
}

TEST_ON_LOOP(Wait, takes_turns_though_all_are_done) {
    Log log;
    const std::vector tasks{create_task(returns(0, 0s))};
    co_await tasks[0];
    aio::get_running_loop().call_soon([&] { log("loop"); });
    co_await aio::wait(tasks);
    EXPECT_EQ(log.text(), "loop");
}

TEST_ON_LOOP(Wait, for_nothing_is_an_error) {
    const std::string ending = co_await ending_of(aio::wait(std::vector<Task<int>>()));
    EXPECT_EQ(ending, "aio::ValueError: wait: the list of tasks or futures is empty");
}

TEST_ON_LOOP(Wait, takes_tasks_of_several_types) {
    const aio::Future<std::string> future;
    std::vector<aio::FutureBase> mixed{create_task(returns(0, 1s)), create_task(aio::sleep(2s)), future};
    const auto waited = co_await aio::wait(mixed, aio::ALL_COMPLETED, 3s);
    EXPECT_EQ(waited.done.size(), 2u);
    EXPECT_TRUE(waited.pending.at(0) == future);
}

TEST_ON_LOOP(Wait, that_is_cancelled_cancels_none_of_them) {
    const std::vector tasks{create_task(returns(7, 1s))};
    const auto waiter = create_task(aio::wait(tasks, aio::ALL_COMPLETED, 5s));
    co_await turns(1);
    waiter.cancel();
    co_await turns(1);
    EXPECT_TRUE(waiter.cancelled());
    const int value = co_await tasks[0];
    EXPECT_EQ(value, 7);
}

TEST_ON_LOOP(Wait, may_be_called_again_for_what_is_left) {
    std::vector tasks{create_task(returns(0, 3s)), create_task(returns(1, 1s)), create_task(returns(2, 2s))};
    Log log;
    while (!tasks.empty()) {
        const auto waited = co_await aio::wait(tasks, aio::FIRST_COMPLETED);
        for (const auto& task : waited.done) log(std::to_string(task.result()));
        tasks = waited.pending;
    }
    EXPECT_EQ(log.text(), "1 2 0");
}

}  // namespace
