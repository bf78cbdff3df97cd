#include "runtime/tasks/gather.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Future;
using aio::Outcome;

TEST_ON_LOOP(Outcome, is_a_value) {
    const Future<int> future;
    future.set_result(7);
    const Outcome<int> outcome(future);
    EXPECT_TRUE(outcome.has_value());
    EXPECT_FALSE(outcome.cancelled());
    EXPECT_EQ(outcome.error(), nullptr);
    EXPECT_EQ(outcome.value(), 7);
    co_return;
}

TEST_ON_LOOP(Outcome, is_an_error_which_then_counts_as_retrieved) {
    const Reports reports;
    {
        const Future<int> future;
        future.set_exception(aio::ValueError("boom"));
        const Outcome<int> outcome(future);
        EXPECT_FALSE(outcome.has_value());
        EXPECT_FALSE(outcome.cancelled());
        EXPECT_EQ(aio::describe(outcome.error()), "aio::ValueError: boom");
        EXPECT_EQ(thrown_by([&] { outcome.value(); }), "aio::ValueError: boom");
    }
    EXPECT_EQ(reports.text(), "");
    co_return;
}

TEST_ON_LOOP(Outcome, is_a_cancellation_which_is_neither_value_nor_ordinary_error) {
    const Future<int> future;
    future.cancel();
    const Outcome<int> outcome(future);
    EXPECT_FALSE(outcome.has_value());
    EXPECT_TRUE(outcome.cancelled());
    EXPECT_EQ(aio::describe(outcome.error()), "aio::CancelledError");
    EXPECT_EQ(thrown_by([&] { outcome.value(); }), "aio::CancelledError");
    co_return;
}

TEST_ON_LOOP(Outcome, may_be_of_nothing_of_a_reference_and_of_what_cannot_be_copied) {
    const Future<> nothing;
    nothing.set_result();
    EXPECT_TRUE(Outcome<void>(nothing).has_value());
    Outcome<void>(nothing).value();
    int n = 1;
    const Future<int&> reference;
    reference.set_result(n);
    EXPECT_EQ(&Outcome<int&>(reference).value(), &n);
    const Future<std::unique_ptr<int>> unique;
    unique.set_result(std::make_unique<int>(7));
    const Outcome<std::unique_ptr<int>> outcome(unique);
    EXPECT_EQ(*outcome.value(), 7);
    co_return;
}

}  // namespace
