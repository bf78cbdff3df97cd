#include "runtime/sync/lock.hpp"

#include <gtest/gtest.h>

#include <string>

#include "runtime/tasks/gather.hpp"
#include "runtime/tasks/wait.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::Lock;

Coroutine<> acquires(Lock& lock, Log& log, std::string name) {
    co_await lock.acquire();
    log(name);
}

TEST_ON_LOOP(Lock, lets_in_one_at_a_time_who_came_first_first) {
    Lock lock;
    Log log;
    const auto works = [&](std::string name) -> Coroutine<> {
        const auto guard = co_await lock.scoped();
        log("+" + name);
        co_await aio::sleep(1s);
        log("-" + name);
    };
    co_await aio::gather(works("a"), works("b"), works("c"));
    EXPECT_EQ(log.text(), "+a -a +b -b +c -c");
    EXPECT_EQ(now(), 3000);
    EXPECT_FALSE(lock.locked());
}

TEST_ON_LOOP(Lock, of_which_one_was_woken_lets_nobody_slip_in) {
    Lock lock;
    Log log;
    co_await lock.acquire();
    create_task(acquires(lock, log, "waited"));
    co_await turns(1);
    lock.release();
    EXPECT_FALSE(lock.locked());                                 // nobody has it yet,
    const auto late = create_task(acquires(lock, log, "late"));  // but this one has to wait for its turn
    co_await turns(2);
    EXPECT_EQ(log.text(), "waited");
    lock.release();
    co_await late;
}

TEST(Lock, that_was_let_go_belongs_to_the_one_who_was_woken_even_before_it_has_run) {
    Lock lock;
    Log log;
    const auto main = [&]() -> Coroutine<> {
        co_await lock.acquire();
        create_task(acquires(lock, log, "woken"));
        co_await turns(1);
        lock.release();
        co_await lock.acquire();  // waits for ever: the other one never lets it go
    };
    EXPECT_THROW(run_virtually(main()), aio::DeadlockError);
    EXPECT_EQ(log.text(), "woken");
}

TEST_ON_LOOP(Lock, with_a_cancelled_waiter_that_has_not_run_yet_can_be_taken_at_once) {
    Lock lock;
    Log log;
    co_await lock.acquire();
    const auto waits = create_task(acquires(lock, log, "never"));
    co_await turns(1);
    waits.cancel();
    lock.release();
    bool turned = false;
    const aio::Handle next_turn = aio::get_running_loop().call_soon([&] { turned = true; });
    co_await lock.acquire();
    EXPECT_FALSE(turned);
    co_await turns(2);
    EXPECT_TRUE(waits.cancelled());
    EXPECT_TRUE(lock.locked());
}

TEST_ON_LOOP(Lock, goes_to_the_next_when_the_one_who_was_woken_is_cancelled) {
    Lock lock;
    Log log;
    co_await lock.acquire();
    const auto first = create_task(acquires(lock, log, "a"));
    const auto second = create_task(acquires(lock, log, "b"));
    co_await turns(1);
    lock.release();
    first.cancel();
    co_await second;
    EXPECT_TRUE(first.cancelled());
    EXPECT_EQ(log.text(), "b");
}

TEST_ON_LOOP(Lock, is_let_go_by_one_whose_time_is_over_in_the_turn_in_which_it_was_woken) {
    Lock lock;
    co_await lock.acquire();
    const auto waits = [&]() -> Coroutine<> { co_await aio::wait_for(lock.acquire(), 1s); };
    const auto waiting = create_task(waits);
    co_await aio::sleep(1s);  // this timer is the earlier one
    lock.release();
    const std::string ending = co_await ending_of(waiting);
    EXPECT_EQ(ending, "aio::TimeoutError: timed out");  // asked to end, it has let the lock go
    EXPECT_FALSE(lock.locked());
}

TEST_ON_LOOP(Lock, that_nobody_has_cannot_be_released) {
    Lock lock;
    EXPECT_EQ(thrown_by([&] { lock.release(); }), "aio::RuntimeError: Lock is not acquired.");
    co_await lock.acquire();
    lock.release();
    EXPECT_EQ(thrown_by([&] { lock.release(); }), "aio::RuntimeError: Lock is not acquired.");
}

TEST_ON_LOOP(Lock, is_released_when_an_exception_leaves_the_block) {
    Lock lock;
    const auto fails = [&]() -> Coroutine<> {
        const auto guard = co_await lock.scoped();
        co_await turns(1);
        throw aio::ValueError("no");
    };
    const std::string ending = co_await ending_of(fails());
    EXPECT_EQ(ending, "aio::ValueError: no");
    EXPECT_FALSE(lock.locked());
}

TEST_ON_LOOP(Lock, neither_waits_nor_allocates_when_it_is_free) {
    Lock lock;
    bool turned = false;
    const aio::Handle next_turn = aio::get_running_loop().call_soon([&] { turned = true; });
    const std::size_t before = allocations();
    for (int i = 0; i < 100; ++i) {
        co_await lock.acquire();
        lock.release();
        const auto guard = co_await lock.scoped();
    }
    EXPECT_EQ(allocations(), before);
    EXPECT_FALSE(turned);
    co_await turns(1);
}

/// Two tasks that hand a lock to each other.
Coroutine<> hand_over(Lock& lock, int times) {
    for (int i = 0; i < times; ++i) {
        const auto guard = co_await lock.scoped();
        co_await aio::sleep(0s);
    }
}

TEST_ON_LOOP(Lock, can_be_handed_over_a_million_times_in_the_same_memory) {
    const int times = AIO_FRAME_POOL ? 500'000 : 10'000;
    Lock lock;
    co_await aio::gather(hand_over(lock, 100), hand_over(lock, 100));
    const std::size_t before = allocations();
    co_await aio::gather(hand_over(lock, times), hand_over(lock, times));
    EXPECT_LE(allocations() - before, 50u + cost_of_frames(10u * static_cast<std::size_t>(times)));  // of the gather
}

TEST(Lock, that_somebody_holds_when_the_loop_ends_may_be_gone_before_its_guard) {
    const auto main = []() -> Coroutine<> {
        Lock lock;
        const auto holds = [&]() -> Coroutine<> {
            const auto guard = co_await lock.scoped();
            co_await forever();
        };
        create_task(holds);
        co_await turns(1);
        co_await lock.acquire();
    };
    EXPECT_THROW(run_virtually(main()), aio::DeadlockError);
}

}  // namespace
