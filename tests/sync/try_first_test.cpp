#include "runtime/sync/try_first.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::detail::try_first;

/// Numbers at once if it is ready, else two turns later.
struct Numbers {
    bool ready;
    int given = 0;
    bool is_ready() const { return ready; }
    std::unique_ptr<int> now() { return std::make_unique<int>(++given); }
    Coroutine<std::unique_ptr<int>> slowly() {
        co_await turns(2);
        co_return std::make_unique<int>(++given);
    }
    auto next() { return try_first<&Numbers::is_ready, &Numbers::now, &Numbers::slowly>(*this); }
};

TEST_ON_LOOP(TryFirst, answers_in_place_where_it_can) {
    Log log;
    aio::Handle next_turn = aio::get_running_loop().call_soon([&] { log("loop"); });
    Numbers numbers{true};
    const std::unique_ptr<int> n = co_await numbers.next();
    EXPECT_EQ(*n, 1);
    EXPECT_EQ(log.text(), "");
    next_turn.cancel();  // main's end would leave it a dead log
}

TEST_ON_LOOP(TryFirst, waits_where_it_must) {
    Log log;
    aio::get_running_loop().call_soon([&] { log("loop"); });
    Numbers numbers{false};
    const std::unique_ptr<int> n = co_await numbers.next();
    EXPECT_EQ(*n, 1);
    EXPECT_EQ(log.text(), "loop");
}

TEST_ON_LOOP(TryFirst, awaited_again_does_it_again) {
    Numbers numbers{false};
    const auto next = numbers.next();
    const std::unique_ptr<int> slow = co_await next;
    numbers.ready = true;
    const std::unique_ptr<int> quick = co_await next;
    EXPECT_EQ(*slow, 1);
    EXPECT_EQ(*quick, 2);
}

/// Takes something that can't be copied, and gives it back.
struct Echo {
    bool ready;
    bool is_ready(const std::unique_ptr<int>&) const { return ready; }
    std::unique_ptr<int> now(std::unique_ptr<int> n) { return n; }
    Coroutine<std::unique_ptr<int>> slowly(std::unique_ptr<int> n) {
        co_await turns(1);
        co_return n;
    }
};

TEST_ON_LOOP(TryFirst, hands_what_it_holds_to_the_half_that_does_the_work) {
    for (const bool ready : {true, false}) {
        Echo echo{ready};
        auto operation = try_first<&Echo::is_ready, &Echo::now, &Echo::slowly>(echo, std::make_unique<int>(7));
        const std::unique_ptr<int> n = co_await std::move(operation);
        EXPECT_EQ(*n, 7);
    }
}

struct Waits {
    bool refuses;
    bool is_ready() const { return false; }
    void now() {}
    Coroutine<> slowly() {
        co_await turns(1);
        if (refuses) throw aio::ValueError("refused");
        co_await forever();
    }
    auto wait() { return try_first<&Waits::is_ready, &Waits::now, &Waits::slowly>(*this); }
};

TEST_ON_LOOP(TryFirst, throws_what_the_waiting_half_throws) {
    Waits waits{true};
    const auto operation = waits.wait();
    const std::string ending = co_await ending_of(operation);
    EXPECT_EQ(ending, "aio::ValueError: refused");
}

TEST_ON_LOOP(TryFirst, is_cancelled_where_it_waits) {
    Waits waits{false};
    const auto task = aio::create_task(waits.wait());
    co_await turns(3);
    task.cancel();
    co_await turns(1);
    EXPECT_TRUE(task.cancelled());
}

}  // namespace
