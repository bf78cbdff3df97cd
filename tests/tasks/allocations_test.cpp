// What is free of charge in the steady state, when pools and vectors have grown to what they need.
#include <gtest/gtest.h>

#include "runtime/aio.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;

constexpr std::size_t rounds = 100;

/// How often `step` allocates in so many rounds, after a few that don't count.
template <class Step> Coroutine<std::size_t> cost_of(Step& step) {
    for (int i = 0; i < 5; ++i) co_await step();
    const std::size_t before = allocations();
    for (std::size_t i = 0; i < rounds; ++i) co_await step();
    co_return allocations() - before;
}

TEST_ON_LOOP(Allocations, of_a_yield_are_none) {
    auto step = [] { return aio::sleep(0s); };
    const std::size_t cost = co_await cost_of(step);
    EXPECT_EQ(cost, 0u);
}

TEST_ON_LOOP(Allocations, of_a_sleep_are_none) {
    auto step = [] { return aio::sleep(1s); };
    const std::size_t cost = co_await cost_of(step);
    EXPECT_EQ(cost, 0u);
}

Coroutine<int> small(int n) { co_return n; }

TEST_ON_LOOP(Allocations, of_awaiting_a_coroutine_are_its_frame) {
    auto step = [] { return small(1); };
    const std::size_t cost = co_await cost_of(step);
    EXPECT_EQ(cost, cost_of_frames(rounds));
}

TEST_ON_LOOP(Allocations, of_awaiting_a_future_are_none) {
    std::vector<aio::Future<int>> futures(2 * rounds);
    std::size_t next = 0;
    const auto completes = [&]() -> Coroutine<> {
        for (const auto& future : futures) {
            future.set_result(1);
            co_await aio::sleep(0s);
        }
    };
    const auto completing = create_task(completes);
    auto step = [&] { return futures[next++]; };
    const std::size_t cost = co_await cost_of(step);
    EXPECT_EQ(cost, 0u);
    co_await completing;
}

TEST_ON_LOOP(Allocations, of_a_timeout_scope_are_its_blocks_frame) {
    const auto block = [] { return small(1); };
    auto step = [&]() -> Coroutine<int> { co_return co_await aio::with(aio::timeout(1h), block); };
    const std::size_t cost = co_await cost_of(step);
    EXPECT_EQ(cost, cost_of_frames(2 * rounds));  // `step` itself is a frame, too
}

TEST_ON_LOOP(Allocations, of_making_and_awaiting_a_task_are_its_frame_and_itself) {
    auto step = [] { return create_task(small(1)); };
    const std::size_t cost = co_await cost_of(step);
    EXPECT_EQ(cost, cost_of_frames(2 * rounds));
}

TEST_ON_LOOP(Allocations, are_counted_at_all) {
    const std::size_t before = allocations();
    auto* volatile memory = new int(1);
    delete memory;
    EXPECT_EQ(allocations() - before, 1u);
    co_return;
}

}  // namespace
