#include "runtime/sync/try_first.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::detail::TryFirst;

Coroutine<std::unique_ptr<int>> slowly(int n) {
    co_await turns(2);
    co_return std::make_unique<int>(n);
}

int nothing = 0;

/// The number at once if `ready`, else two turns later.
auto number(int n, bool ready) {
    return TryFirst(
        nothing, [ready](int) { return ready; }, [n](int) { return std::make_unique<int>(n); },
        [n](int) { return slowly(n); });
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

Coroutine<std::unique_ptr<int>> give_back(std::unique_ptr<int> n) {
    co_await turns(1);
    co_return n;
}

TEST_ON_LOOP(TryFirst, hands_what_it_holds_to_the_half_that_does_the_work) {
    for (const bool ready : {true, false}) {
        auto operation = TryFirst(
            nothing, [ready](int, std::unique_ptr<int>&) { return ready; },
            [](int, std::unique_ptr<int>& n) { return std::move(n); },
            [](int, std::unique_ptr<int>& n) { return give_back(std::move(n)); }, std::make_unique<int>(7));
        const std::unique_ptr<int> n = co_await std::move(operation);
        EXPECT_EQ(*n, 7);
    }
}

TEST_ON_LOOP(TryFirst, awaited_again_does_it_again) {
    int done = 0;
    const auto operation = TryFirst(
        done, [](int n) { return n > 0; }, [](int& n) { return ++n; },
        [](int& n) -> Coroutine<int> {
            co_await turns(1);
            co_return ++n;
        });
    EXPECT_EQ(co_await operation, 1);
    EXPECT_EQ(co_await operation, 2);
}

TEST_ON_LOOP(TryFirst, throws_what_the_waiting_half_throws) {
    const auto operation = TryFirst(
        nothing, [](int) { return false; }, [](int) {}, [](int) { return refuses(); });
    const std::string ending = co_await ending_of(operation);
    EXPECT_EQ(ending, "aio::ValueError: refused");
}

TEST_ON_LOOP(TryFirst, is_cancelled_where_it_waits) {
    const auto operation = TryFirst(
        nothing, [](int) { return false; }, [](int) {}, [](int) { return forever(); });
    const auto task = aio::create_task(operation);
    co_await turns(1);
    task.cancel();
    co_await turns(1);
    EXPECT_TRUE(task.cancelled());
}

}  // namespace
