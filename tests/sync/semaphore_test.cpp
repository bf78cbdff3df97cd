#include "runtime/sync/semaphore.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/allocations.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::BoundedSemaphore;
using aio::Coroutine;
using aio::create_task;
using aio::Semaphore;

Coroutine<> acquires(Semaphore& semaphore, Log& log, std::string name) {
    co_await semaphore.acquire();
    log(name);
}

TEST_ON_LOOP(Semaphore, lets_so_many_in_at_a_time) {
    Semaphore semaphore(2);
    int inside = 0, most = 0;
    const auto works = [&]() -> Coroutine<> {
        const auto guard = co_await semaphore.scoped();
        most = std::max(most, ++inside);
        co_await aio::sleep(1s);
        --inside;
    };
    std::vector<aio::Task<>> tasks;
    for (int i = 0; i < 6; ++i) tasks.push_back(create_task(works));
    for (const auto& task : tasks) co_await task;
    EXPECT_EQ(most, 2);
    EXPECT_EQ(now(), 3000);
    EXPECT_FALSE(semaphore.locked());
}

TEST_ON_LOOP(Semaphore, serves_first_who_came_first) {
    Semaphore semaphore(0);
    Log log;
    for (const char* name : {"a", "b", "c"}) create_task(acquires(semaphore, log, name));
    co_await turns(1);
    for (int i = 0; i < 3; ++i) semaphore.release();
    co_await turns(1);
    EXPECT_EQ(log.text(), "a b c");
}

TEST_ON_LOOP(Semaphore, lets_nobody_slip_in_before_one_who_was_woken) {
    Semaphore semaphore(0);
    Log log;
    create_task(acquires(semaphore, log, "waited"));
    co_await turns(1);
    semaphore.release();
    EXPECT_TRUE(semaphore.locked());  // given away already
    create_task(acquires(semaphore, log, "slipped-in"));
    co_await turns(2);
    EXPECT_EQ(log.text(), "waited");
    semaphore.release();
    co_await turns(2);
    EXPECT_EQ(log.text(), "waited slipped-in");
}

TEST_ON_LOOP(Semaphore, neither_waits_nor_allocates_when_there_is_room) {
    Semaphore semaphore(1);
    Log log;
    aio::get_running_loop().call_soon([&] { log("loop"); });
    co_await semaphore.acquire();
    semaphore.release();
    const std::size_t before = allocations();
    for (int i = 0; i < 100; ++i) {
        co_await semaphore.acquire();
        semaphore.release();
        const auto guard = co_await semaphore.scoped();
    }
    EXPECT_EQ(allocations(), before);
    EXPECT_EQ(log.text(), "");
    co_await turns(1);
}

TEST_ON_LOOP(Semaphore, gives_a_guard_that_releases_once) {
    Semaphore semaphore(1);
    {
        auto guard = co_await semaphore.scoped();
        EXPECT_TRUE(semaphore.locked());
        guard.release();
        EXPECT_FALSE(semaphore.locked());
        guard.release();
    }
    {
        auto first = co_await semaphore.scoped();
        const auto second = std::move(first);
        EXPECT_TRUE(semaphore.locked());
    }
    co_await semaphore.acquire();
    EXPECT_TRUE(semaphore.locked());  // one, not two or three
}

TEST_ON_LOOP(Semaphore, is_released_by_its_guard_when_the_holder_is_cancelled) {
    Semaphore semaphore(1);
    const auto holds = [&]() -> Coroutine<> {
        const auto guard = co_await semaphore.scoped();
        co_await forever();
    };
    const auto task = create_task(holds);
    co_await turns(1);
    EXPECT_TRUE(semaphore.locked());
    task.cancel();
    co_await turns(1);
    EXPECT_FALSE(semaphore.locked());
}

TEST_ON_LOOP(Semaphore, forgets_one_who_is_cancelled_while_waiting) {
    Semaphore semaphore(0);
    Log log;
    const auto first = create_task(acquires(semaphore, log, "a"));
    create_task(acquires(semaphore, log, "b"));
    co_await turns(1);
    first.cancel();
    semaphore.release();
    co_await turns(2);
    EXPECT_TRUE(first.cancelled());
    EXPECT_EQ(log.text(), "b");
}

TEST_ON_LOOP(Semaphore, hands_on_the_slot_of_one_who_is_cancelled_in_the_turn_in_which_it_was_woken) {
    Semaphore semaphore(0);
    Log log;
    const auto first = create_task(acquires(semaphore, log, "a"));
    create_task(acquires(semaphore, log, "b"));
    co_await turns(1);
    semaphore.release();
    first.cancel();
    co_await turns(3);
    EXPECT_TRUE(first.cancelled());
    EXPECT_EQ(log.text(), "b");
    semaphore.release();
    EXPECT_FALSE(semaphore.locked());
}

TEST_ON_LOOP(Semaphore, cannot_be_negative) {
    EXPECT_THROW(Semaphore(-1), aio::ValueError);
    EXPECT_TRUE(Semaphore(0).locked());
    co_return;
}

TEST_ON_LOOP(Semaphore, without_bound_grows_with_each_release) {
    Semaphore semaphore(0);
    semaphore.release();
    semaphore.release();
    co_await semaphore.acquire();
    co_await semaphore.acquire();
    EXPECT_TRUE(semaphore.locked());
}

TEST_ON_LOOP(Semaphore, with_a_bound_refuses_to_be_released_too_often) {
    BoundedSemaphore semaphore(1);
    EXPECT_THROW(semaphore.release(), aio::ValueError);
    co_await semaphore.acquire();
    semaphore.release();
    EXPECT_THROW(semaphore.release(), aio::ValueError);
}

TEST(Semaphore, that_is_still_awaited_when_the_loop_ends_is_left_in_peace) {
    Semaphore semaphore(0);
    Log log;
    EXPECT_THROW(run_virtually(acquires(semaphore, log, "never")), aio::DeadlockError);
    EXPECT_EQ(log.text(), "");
    EXPECT_TRUE(semaphore.locked());
}

}  // namespace
