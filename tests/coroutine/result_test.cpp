#include "runtime/coroutine/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

#include "tests/support/counted.hpp"

namespace {

using aio::Result;
using aio::test::Counted;

TEST(Result, gives_its_value_and_keeps_it) {
    Counted::reset();
    {
        Result<Counted> result;
        result.set_value(Counted(5));
        EXPECT_EQ(result.get().value, 5);
        EXPECT_EQ(result.get().value, 5);
        EXPECT_EQ(Counted::copied, 0);
    }
    EXPECT_EQ(Counted::alive(), 0);
}

TEST(Result, gives_its_value_away) {
    Result<std::unique_ptr<int>> result;
    result.set_value(std::make_unique<int>(5));
    EXPECT_EQ(*result.take(), 5);
    EXPECT_EQ(result.get(), nullptr);
}

TEST(Result, of_a_reference_refers) {
    int n = 1;
    Result<int&> result;
    result.set_value(n);
    static_assert(std::is_same_v<decltype(result.get()), int&>);
    EXPECT_EQ(&result.get(), &n);
    EXPECT_EQ(&result.take(), &n);
}

TEST(Result, of_nothing_returns_or_throws) {
    Result<void> result;
    result.set_value();
    result.get();
    result.error = std::make_exception_ptr(std::runtime_error("boom"));
    EXPECT_THROW(result.get(), std::runtime_error);
    EXPECT_THROW(result.take(), std::runtime_error);
}

TEST(Result, throws_its_error_as_often_as_it_is_asked) {
    Result<int> result;
    result.error = std::make_exception_ptr(std::runtime_error("boom"));
    EXPECT_THROW(result.get(), std::runtime_error);
    EXPECT_THROW(result.take(), std::runtime_error);
}

}  // namespace
