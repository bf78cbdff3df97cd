#include "runtime/sync/barrier.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/context/with.hpp"
#include "runtime/tasks/gather.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Barrier;
using aio::Coroutine;
using aio::create_task;

Coroutine<> waits(Barrier& barrier, Log& log, std::string name) {
    const int index = co_await barrier.wait();
    log(name + std::to_string(index));
}

TEST_ON_LOOP(Barrier, lets_all_go_on_when_the_last_has_come) {
    Barrier barrier(3);
    Log log;
    create_task(waits(barrier, log, "a"));
    create_task(waits(barrier, log, "b"));
    co_await aio::sleep(1s);
    EXPECT_EQ(log.text(), "");
    EXPECT_EQ(barrier.n_waiting(), 2);
    co_await waits(barrier, log, "c");
    EXPECT_EQ(barrier.n_waiting(), 0);
    co_await turns(5);
    EXPECT_EQ(log.text(), "c2 a0 b1");
    EXPECT_EQ(barrier.parties(), 3);
    EXPECT_FALSE(barrier.broken());
}

TEST_ON_LOOP(Barrier, of_one_lets_everybody_through) {
    Barrier barrier(1);
    for (int round = 0; round < 3; ++round) {
        const int index = co_await barrier.wait();
        EXPECT_EQ(index, 0);
    }
}

TEST_ON_LOOP(Barrier, serves_round_after_round) {
    Barrier barrier(2);
    std::vector<int> rounds;
    const auto walks = [&]() -> Coroutine<> {
        for (int round = 0; round < 100; ++round) {
            co_await barrier.wait();
            rounds.push_back(round);
        }
    };
    co_await aio::gather(walks(), walks());
    EXPECT_TRUE(std::is_sorted(rounds.begin(), rounds.end()));
    EXPECT_EQ(rounds.size(), 200u);
}

TEST_ON_LOOP(Barrier, is_left_by_one_who_is_cancelled) {
    Barrier barrier(2);
    Log log;
    const auto leaves = create_task(waits(barrier, log, "a"));
    co_await turns(1);
    leaves.cancel();
    co_await turns(2);
    EXPECT_TRUE(leaves.cancelled());
    EXPECT_EQ(barrier.n_waiting(), 0);
    const auto stays = create_task(waits(barrier, log, "b"));
    co_await turns(1);
    co_await waits(barrier, log, "c");
    co_await stays;
    EXPECT_EQ(log.text(), "c1 b0");
}

TEST_ON_LOOP(Barrier, breaks_for_all_who_wait_and_come_when_it_is_aborted) {
    Barrier barrier(2);
    Log log;
    const auto task = create_task(waits(barrier, log, "a"));
    co_await turns(1);
    co_await barrier.abort();
    EXPECT_TRUE(barrier.broken());
    std::string ending = co_await ending_of(task);
    EXPECT_EQ(ending, "aio::BrokenBarrierError: Abort or reset of barrier");
    ending = co_await ending_of(barrier.wait());
    EXPECT_EQ(ending, "aio::BrokenBarrierError: Barrier aborted");
    co_await barrier.reset();
    EXPECT_FALSE(barrier.broken());
    co_await aio::gather(waits(barrier, log, "b"), waits(barrier, log, "c"));
    EXPECT_EQ(log.text(), "c1 b0");
}

TEST_ON_LOOP(Barrier, that_is_reset_breaks_for_those_who_wait_only) {
    Barrier barrier(2);
    Log log;
    const auto task = create_task(waits(barrier, log, "a"));
    co_await turns(1);
    co_await barrier.reset();
    const auto next = create_task(waits(barrier, log, "b"));  // comes while the other leaves
    const std::string ending = co_await ending_of(task);
    EXPECT_EQ(ending, "aio::BrokenBarrierError: Abort or reset of barrier");
    co_await waits(barrier, log, "c");
    co_await next;
    EXPECT_EQ(log.text(), "c1 b0");
}

TEST_ON_LOOP(Barrier, of_none_is_refused) {
    EXPECT_EQ(thrown_by([] { Barrier barrier(0); }), "aio::ValueError: parties must be > 0");
    co_return;
}

TEST_ON_LOOP(Barrier, is_a_manager_that_waits_on_the_way_in) {
    Barrier barrier(2);
    Log log;
    const auto enters = [&]() -> Coroutine<> {
        const auto block = [&](int index) -> Coroutine<> {
            log(std::to_string(index));
            co_return;
        };
        co_await aio::with(barrier, block);
    };
    co_await aio::gather(enters(), enters());
    EXPECT_EQ(log.text(), "1 0");
}

}  // namespace
