#include "runtime/sync/try_first.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::detail::TryFirst;

Coroutine<std::unique_ptr<int>> slowly(int n) {
    co_await turns(2);
    co_return std::make_unique<int>(n);
}

/// The number at once if `ready`, else two turns later.
auto number(int n, bool ready) {
    return TryFirst([n, ready] { return ready ? std::optional(std::make_unique<int>(n)) : std::nullopt; },
                    [n] { return slowly(n); });
}

TEST_ON_LOOP(TryFirst, answers_in_place_where_it_can) {
    Log log;
    aio::Handle next_turn = aio::get_running_loop().call_soon([&] { log("loop"); });
    const std::unique_ptr<int> n = co_await number(7, true);
    EXPECT_EQ(*n, 7);
    EXPECT_EQ(log.text(), "");
    next_turn.cancel();  // main's end would leave it a dead log
}

TEST_ON_LOOP(TryFirst, waits_where_it_must) {
    Log log;
    aio::get_running_loop().call_soon([&] { log("loop"); });
    const std::unique_ptr<int> n = co_await number(7, false);
    EXPECT_EQ(*n, 7);
    EXPECT_EQ(log.text(), "loop");
}

Coroutine<> refuses() {
    co_await turns(1);
    throw aio::ValueError("refused");
}

TEST_ON_LOOP(TryFirst, throws_what_the_waiting_half_throws) {
    const auto operation = TryFirst([] { return false; }, [] { return refuses(); });
    const std::string ending = co_await ending_of(operation);
    EXPECT_EQ(ending, "aio::ValueError: refused");
}

TEST_ON_LOOP(TryFirst, is_cancelled_where_it_waits) {
    const auto operation = TryFirst([] { return false; }, [] { return forever(); });
    const auto task = aio::create_task(operation);
    co_await turns(1);
    task.cancel();
    co_await turns(1);
    EXPECT_TRUE(task.cancelled());
}

}  // namespace
