#include "runtime/tasks/as_completed.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::as_completed;
using aio::Coroutine;
using aio::create_task;
using aio::Task;

Coroutine<int> returns(int value, aio::Duration delay) {
    co_await aio::sleep(delay);
    co_return value;
}
Coroutine<int> fails(aio::Duration delay) {
    co_await aio::sleep(delay);
    throw aio::ValueError("boom");
}

TEST_ON_LOOP(AsCompleted, gives_results_in_the_order_in_which_they_come) {
    std::vector<Coroutine<int>> coroutines;
    for (int i : {3, 1, 2}) coroutines.push_back(returns(i, i * 1s));
    Log log;
    for (auto next : as_completed(coroutines)) {
        const int value = co_await next;
        log(std::to_string(value) + "@" + std::to_string(now()));
    }
    EXPECT_EQ(log.text(), "1@1000 2@2000 3@3000");
}

TEST_ON_LOOP(AsCompleted, gives_what_is_done_already_in_the_order_given) {
    const std::vector tasks{create_task(returns(1, 2s)), create_task(returns(2, 1s))};
    co_await aio::sleep(3s);
    Log log;
    for (auto next : as_completed(tasks)) {
        const int value = co_await next;
        log(std::to_string(value));
    }
    EXPECT_EQ(log.text(), "1 2");
}

TEST_ON_LOOP(AsCompleted, throws_the_error_of_the_one_and_gives_the_others) {
    const std::vector tasks{create_task(returns(1, 1s)), create_task(fails(2s)), create_task(returns(3, 3s))};
    Log log;
    for (auto next : as_completed(tasks)) {
        const std::string ending = co_await ending_of(std::move(next));
        log(ending);
    }
    EXPECT_EQ(log.text(), "returned aio::ValueError: boom returned");
}

TEST_ON_LOOP(AsCompleted, counts_one_that_is_given_twice_once) {
    const auto task = create_task(returns(7, 1s));
    const std::vector twice{task, task};
    int count = 0;
    for (auto next : as_completed(twice)) count += co_await next;
    EXPECT_EQ(count, 7);
}

TEST_ON_LOOP(AsCompleted, of_nothing_gives_nothing) {
    const std::vector<Task<int>> none;
    for (auto next : as_completed(none, 1s)) co_await next;
    EXPECT_TRUE(aio::get_running_loop().timers().empty());
    co_return;
}

TEST_ON_LOOP(AsCompleted, throws_timeout_error_for_each_that_is_late_and_cancels_none) {
    const std::vector tasks{create_task(returns(1, 1s)), create_task(returns(2, 5s)), create_task(returns(3, 5s))};
    Log log;
    for (auto next : as_completed(tasks, 2s)) {
        const std::string ending = co_await ending_of(std::move(next));
        log(ending + "@" + std::to_string(now()));
    }
    EXPECT_EQ(log.text(), "returned@1000 aio::TimeoutError: timed out@2000 aio::TimeoutError: timed out@2000");
    const int value = co_await tasks[1];
    EXPECT_EQ(value, 2);
}

TEST_ON_LOOP(AsCompleted, leaves_no_timer_behind) {
    const std::vector tasks{create_task(returns(1, 1s))};
    for (auto next : as_completed(tasks, 1h)) co_await next;
    EXPECT_TRUE(aio::get_running_loop().timers().empty());
}

TEST_ON_LOOP(AsCompleted, can_be_awaited_by_several_tasks_first_come_first_served) {
    const std::vector tasks{create_task(returns(1, 1s)), create_task(returns(2, 2s))};
    Log log;
    std::vector<Task<>> readers;
    const auto reads = [&](Coroutine<int> next, std::string name) -> Coroutine<> {
        const int value = co_await next;
        log(name + std::to_string(value));
    };
    for (auto next : as_completed(tasks)) readers.push_back(create_task(reads(std::move(next), "reader")));
    for (const auto& reader : readers) co_await reader;
    EXPECT_EQ(log.text(), "reader1 reader2");
}

TEST_ON_LOOP(AsCompleted, loses_no_result_when_a_reader_is_cancelled_in_the_turn_in_which_it_came) {
    const aio::Future<int> future;
    const std::vector futures{future};
    auto all = as_completed(futures);
    const auto first = create_task(*all.begin()), second = create_task(*all.begin());
    co_await turns(1);
    future.set_result(7);
    co_await turns(1);  // the result is there, and `first` was woken
    first.cancel();
    const int value = co_await second;
    EXPECT_EQ(value, 7);
    EXPECT_TRUE(first.cancelled());
}

TEST_ON_LOOP(AsCompleted, gives_what_cannot_be_copied) {
    const auto owns = [](int n) -> Coroutine<std::unique_ptr<int>> { co_return std::make_unique<int>(n); };
    std::vector<Coroutine<std::unique_ptr<int>>> coroutines;
    for (int i = 1; i <= 2; ++i) coroutines.push_back(owns(i));
    int sum = 0;
    for (auto next : as_completed(coroutines)) {
        const auto value = co_await next;
        sum += *value;
    }
    EXPECT_EQ(sum, 3);
}

}  // namespace
