#include "runtime/sync/as_completed.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/counted.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::as_completed;
using aio::Coroutine;
using aio::create_task;
using aio::Future;
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

TEST_ON_LOOP(AsCompleted, may_have_for_ever) {
    const std::vector tasks{create_task(returns(1, 1h)), create_task(returns(2, 2h))};
    int sum = 0;
    for (auto next : as_completed(tasks, std::chrono::hours::max())) sum += co_await next;
    EXPECT_EQ(sum, 3);
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
    const Future<int> future;
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

TEST_ON_LOOP(AsCompleted, takes_no_turn_for_what_is_there) {
    const std::vector tasks{create_task(returns(1, 0s)), create_task(returns(2, 0s))};
    auto all = as_completed(tasks);
    co_await aio::sleep(1s);
    bool turned = false;
    aio::get_running_loop().call_soon([&] { turned = true; });
    int sum = 0;
    for (auto next : all) sum += co_await next;
    EXPECT_EQ(sum, 3);
    EXPECT_FALSE(turned);
    co_await turns(1);
    EXPECT_TRUE(turned);
}

TEST_ON_LOOP(AsCompleted, takes_what_ends_in_the_turn_of_the_timeout_for_late) {
    const std::vector<Future<int>> futures(2);
    aio::get_running_loop().call_later(1s, [&] { futures[1].set_result(7); });
    auto all = as_completed(futures, 1s);
    aio::get_running_loop().call_later(1s, [&] { futures[0].set_result(8); });
    Log log;
    for (auto next : all) {
        const std::string ending = co_await ending_of(std::move(next));
        log(ending + "@" + std::to_string(now()));
    }
    // Both are done by then, but the callback of the one stands behind the timer, and the other is set behind it.
    EXPECT_EQ(log.text(), "aio::TimeoutError: timed out@1000 aio::TimeoutError: timed out@1000");
}

TEST_ON_LOOP(AsCompleted, lives_as_long_as_one_of_its_coroutines) {
    const Future<int> future;
    std::vector<Task<int>> readers;
    {
        const std::vector futures{future};
        for (auto next : as_completed(futures, 1h)) readers.push_back(create_task(std::move(next)));
    }
    co_await turns(1);
    future.set_result(7);
    const int value = co_await readers[0];
    EXPECT_EQ(value, 7);
}

TEST_ON_LOOP(AsCompleted, that_is_dropped_leaves_neither_timer_nor_callback_behind) {
    const Future<int> future;
    const std::vector futures{future};
    { const auto dropped = as_completed(futures, 1h); }
    EXPECT_TRUE(aio::get_running_loop().timers().empty());
    EXPECT_TRUE(future.state().callbacks().empty());
    co_return;
}

TEST_ON_LOOP(AsCompleted, may_be_kept_by_nothing_but_a_callback_of_what_it_waits_for) {
    const Reports reports;
    {
        const std::vector<Future<int>> futures(1);
        const auto all = as_completed(futures, 1s);
        futures[0].add_done_callback([all](const Future<int>&) {});
    }
    EXPECT_FALSE(aio::get_running_loop().timers().empty());
    co_await aio::sleep(2s);  // the timeout lets go of the future, and so of itself
    EXPECT_TRUE(aio::get_running_loop().timers().empty());
}

TEST(AsCompleted, that_never_ended_is_destroyed_with_the_loop) {
    Counted::reset();
    const auto waits = []([[maybe_unused]] Counted argument) -> Coroutine<> { co_await forever(); };
    const auto main = [&]() -> Coroutine<> {
        std::vector<Coroutine<>> coroutines;
        for (int i = 0; i < 2; ++i) coroutines.push_back(waits(Counted()));
        for (auto next : as_completed(coroutines)) co_await next;
    };
    EXPECT_THROW(run_virtually(main()), aio::DeadlockError);
    EXPECT_EQ(Counted::alive(), 0);
}

TEST(AsCompleted, may_outlive_the_loop) {
    Counted::reset();
    using All = decltype(as_completed(std::declval<std::vector<Coroutine<Counted>>&>()));
    std::optional<All> all;
    const auto makes = []() -> Coroutine<Counted> { co_return Counted(); };
    const auto main = [&]() -> Coroutine<> {
        std::vector<Coroutine<Counted>> coroutines;
        coroutines.push_back(makes());
        all.emplace(as_completed(coroutines, 1h));
        co_await turns(2);
    };
    run_virtually(main());
    EXPECT_EQ(Counted::alive(), 1);
    all.reset();
    EXPECT_EQ(Counted::alive(), 0);
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
