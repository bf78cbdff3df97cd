#include "runtime/tasks/shield.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/counted.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::Future;
using aio::shield;

TEST_ON_LOOP(Shield, ends_as_what_it_shields) {
    const int value = co_await shield(aio::sleep(1s, 7));
    EXPECT_EQ(value, 7);
    const auto fails = []() -> Coroutine<> {
        co_await turns(1);
        throw aio::ValueError("boom");
    };
    const std::string ending = co_await ending_of(shield(fails()));
    EXPECT_EQ(ending, "aio::ValueError: boom");
    const auto owns = []() -> Coroutine<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
    const auto owned = co_await shield(owns());
    EXPECT_EQ(*owned, 7);
}

TEST_ON_LOOP(Shield, of_what_is_done_is_done) {
    const Future<int> future;
    future.set_result(7);
    EXPECT_TRUE(shield(future).done());
    const int value = co_await shield(future);
    EXPECT_EQ(value, 7);
}

TEST_ON_LOOP(Shield, keeps_a_cancellation_of_the_awaiting_task_from_what_it_shields) {
    const auto inner = create_task(aio::sleep(1s, 7));
    const auto outer = create_task(ending_of(shield(inner)));
    co_await turns(2);
    outer.cancel();
    const std::string ending = co_await outer;
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_EQ(now(), 0);
    const int value = co_await inner;
    EXPECT_EQ(value, 7);
    EXPECT_EQ(inner.cancelling(), 0u);
}

TEST_ON_LOOP(Shield, is_cancelled_when_what_it_shields_is) {
    const auto inner = create_task(forever());
    const auto outer = shield(inner);
    co_await turns(1);
    inner.cancel();
    const std::string ending = co_await ending_of(outer);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_TRUE(outer.cancelled());
}

TEST_ON_LOOP(Shield, that_was_cancelled_leaves_a_later_error_to_be_reported) {
    const Reports reports;
    const auto fails = []() -> Coroutine<> {
        co_await aio::sleep(1s);
        throw aio::ValueError("boom");
    };
    shield(create_task(fails(), "inner")).cancel();
    co_await aio::sleep(2s);
    EXPECT_EQ(reports.text(), "Task exception was never retrieved (inner): aio::ValueError: boom");
}

TEST_ON_LOOP(Shield, lets_a_limit_pass_without_ending_what_it_shields) {
    const auto inner = create_task(aio::sleep(3s, 7));
    const auto outer = shield(inner);
    outer.add_done_callback([](const Future<int>& f) { EXPECT_TRUE(f.cancelled()); });
    aio::get_running_loop().call_later(1s, [=] { outer.cancel(); });
    const std::string ending = co_await ending_of(outer);
    EXPECT_EQ(now(), 1000);
    EXPECT_EQ(ending, "aio::CancelledError");
    const int value = co_await inner;
    EXPECT_EQ(value, 7);
}

TEST(Shield, that_never_ended_is_destroyed_with_the_loop) {
    Counted::reset();
    const auto waits = []([[maybe_unused]] Counted argument) -> Coroutine<> { co_await forever(); };
    const auto main = [&]() -> Coroutine<> {
        auto dropped = shield(Future<>());
        co_await shield(waits(Counted()));
    };
    EXPECT_THROW(run_virtually(main()), aio::DeadlockError);
    EXPECT_EQ(Counted::alive(), 0);
}

}  // namespace
