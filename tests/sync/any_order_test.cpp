// What must hold in whatever order the tasks of a turn run.
#include "tests/support/any_order.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "runtime/aio.hpp"
#include "tests/support/counted.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::Task;

Coroutine<> all(std::vector<Task<>> tasks) {
    for (const Task<>& task : tasks) co_await task;
}

TEST(AnyOrder, is_not_always_the_same) {
    std::map<std::string, int> seen;
    in_any_order([&](std::mt19937&) -> Coroutine<> {
        Log log;
        const auto says = [&](std::string name) -> Coroutine<> {
            co_await turns(1);
            log(name);
        };
        co_await aio::gather(says("a"), says("b"), says("c"));
        ++seen[log.text()];
    });
    EXPECT_EQ(seen.size(), 6u);
}

TEST(AnyOrder, lets_one_at_a_time_hold_a_lock_and_so_many_a_semaphore) {
    in_any_order([](std::mt19937& random) -> Coroutine<> {
        aio::Lock lock;
        aio::Semaphore semaphore(3);
        int holders = 0, most_holders = 0, inside = 0, most_inside = 0;
        const auto works = [&]() -> Coroutine<> {
            for (int i = 0; i < 3; ++i) {
                const auto slot = co_await semaphore.scoped();
                most_inside = std::max(most_inside, ++inside);
                {
                    const auto guard = co_await lock.scoped();
                    most_holders = std::max(most_holders, ++holders);
                    co_await turns(static_cast<int>(random() % 3));
                    --holders;
                }
                co_await turns(static_cast<int>(random() % 3));
                --inside;
            }
        };
        std::vector<Task<>> tasks;
        for (int i = 0; i < 8; ++i) tasks.push_back(create_task(works));
        co_await all(tasks);
        EXPECT_EQ(most_holders, 1);
        EXPECT_EQ(most_inside, 3);
        EXPECT_FALSE(lock.locked() || semaphore.locked());
    });
}

TEST(AnyOrder, keeps_locks_usable_when_any_who_wait_are_cancelled) {
    in_any_order([](std::mt19937& random) -> Coroutine<> {
        aio::Lock lock;
        aio::BoundedSemaphore semaphore(2);
        const auto works = [&]() -> Coroutine<> {
            for (;;) {
                const auto slot = co_await semaphore.scoped();
                const auto guard = co_await lock.scoped();
                co_await turns(1);
            }
        };
        std::vector<Task<>> tasks;
        for (int i = 0; i < 8; ++i) tasks.push_back(create_task(works));
        while (!tasks.empty()) {
            co_await turns(static_cast<int>(random() % 3));
            const auto any = tasks.begin() + static_cast<std::ptrdiff_t>(random() % tasks.size());
            any->cancel();
            tasks.erase(any);
        }
        co_await turns(5);
        EXPECT_EQ(aio::all_tasks().size(), 1u);
        EXPECT_FALSE(lock.locked());
        for (int i = 0; i < 2; ++i) co_await semaphore.acquire();
        EXPECT_TRUE(semaphore.locked());
    });
}

TEST(AnyOrder, brings_each_item_of_a_queue_once_and_each_putters_in_its_order) {
    in_any_order([](std::mt19937& random) -> Coroutine<> {
        aio::Queue<std::pair<int, int>> queue(2);
        std::map<int, std::vector<int>> got;
        const auto puts = [&](int who) -> Coroutine<> {
            for (int i = 0; i < 5; ++i) {
                co_await queue.put(std::pair(who, i));
                co_await turns(static_cast<int>(random() % 2));
            }
        };
        const auto gets = [&]() -> Coroutine<> {
            try {
                for (;;) {
                    const auto [who, i] = co_await queue.get();
                    got[who].push_back(i);
                    co_await turns(static_cast<int>(random() % 2));
                    queue.task_done();
                }
            } catch (const aio::QueueShutDown&) {}
        };
        std::vector<Task<>> getters;
        for (int i = 0; i < 3; ++i) getters.push_back(create_task(gets));
        co_await aio::gather(puts(0), puts(1), puts(2));
        co_await queue.join();
        queue.shutdown();
        co_await all(getters);
        for (int who = 0; who < 3; ++who) EXPECT_EQ(got[who], (std::vector{0, 1, 2, 3, 4}));
    });
}

TEST(AnyOrder, keeps_the_rounds_of_a_barrier_apart) {
    in_any_order([](std::mt19937& random) -> Coroutine<> {
        aio::Barrier barrier(4);
        std::vector<int> rounds(4);
        const auto walks = [&](std::size_t who) -> Coroutine<> {
            for (int round = 0; round < 5; ++round) {
                co_await turns(static_cast<int>(random() % 3));
                ++rounds[who];
                co_await barrier.wait();
                for (const int other : rounds) EXPECT_GE(other, round + 1);
            }
        };
        co_await aio::gather(walks(0), walks(1), walks(2), walks(3));
        EXPECT_EQ(barrier.n_waiting(), 0);
    });
}

TEST(AnyOrder, wakes_who_wait_for_a_condition_or_an_event) {
    in_any_order([](std::mt19937& random) -> Coroutine<> {
        aio::Condition condition;
        aio::Event event;
        int items = 0, taken = 0;
        const auto takes = [&]() -> Coroutine<> {
            co_await event.wait();
            const auto guard = co_await condition.scoped();
            co_await condition.wait_for([&] { return items > 0; });
            --items;
            ++taken;
        };
        std::vector<Task<>> tasks;
        for (int i = 0; i < 6; ++i) tasks.push_back(create_task(takes));
        co_await turns(static_cast<int>(random() % 3));
        event.set();
        while (taken < 6) {
            co_await turns(static_cast<int>(random() % 3));
            const auto guard = co_await condition.scoped();
            if (items + taken < 6) ++items;
            condition.notify();
        }
        co_await all(tasks);
        EXPECT_EQ(items, 0);
    });
}

TEST(AnyOrder, gives_results_where_they_belong) {
    in_any_order([](std::mt19937& random) -> Coroutine<> {
        const auto slow = [&](int n) -> Coroutine<int> {
            co_await turns(static_cast<int>(random() % 4));
            co_return n;
        };
        const auto [a, b, c] = co_await aio::gather(slow(1), slow(2), slow(3));
        EXPECT_EQ(100 * a + 10 * b + c, 123);
        int sum = 0;
        const auto block = [&](auto& group) -> Coroutine<> {
            for (int i = 1; i <= 5; ++i)
                group.create_task(slow(i)).add_done_callback([&](const Task<int>& task) { sum += task.result(); });
            co_return;
        };
        co_await aio::with(aio::TaskGroup(), block);
        EXPECT_EQ(sum, 15);
        std::vector<Task<int>> tasks;
        for (int i = 0; i < 5; ++i) tasks.push_back(create_task(slow(i)));
        const auto [done, pending] = co_await aio::wait(tasks);
        EXPECT_EQ(done.size(), 5u);
        EXPECT_TRUE(pending.empty());
    });
}

}  // namespace
