#include "runtime/reactor/errors.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <system_error>

namespace {

TEST(Errors, a_cancelled_error_is_no_ordinary_exception) {
    static_assert(!std::derived_from<aio::CancelledError, std::exception>);
    static_assert(std::derived_from<aio::TimeoutError, std::exception>);
    static_assert(std::derived_from<aio::DeadlockError, std::exception>);
    static_assert(std::derived_from<aio::InvalidStateError, std::exception>);
}

TEST(Errors, are_described_by_type_and_text) {
    EXPECT_EQ(aio::describe(std::make_exception_ptr(aio::ValueError("too big"))), "aio::ValueError: too big");
    EXPECT_EQ(aio::describe(std::make_exception_ptr(aio::TimeoutError())), "aio::TimeoutError: timed out");
    EXPECT_EQ(aio::describe(std::make_exception_ptr(aio::CancelledError())), "aio::CancelledError");
    EXPECT_EQ(aio::describe(std::make_exception_ptr(42)), "int");
}

TEST(Errors, of_cancellation_are_told_from_the_rest) {
    EXPECT_TRUE(aio::holds<aio::CancelledError>(std::make_exception_ptr(aio::CancelledError())));
    EXPECT_FALSE(aio::holds<aio::CancelledError>(std::make_exception_ptr(aio::TimeoutError())));
    EXPECT_FALSE(aio::holds<aio::CancelledError>(nullptr));
}

TEST(Errors, of_system_calls_keep_errno_and_name_the_call) {
    try {
        errno = EMFILE;
        aio::throw_errno("eventfd");
        FAIL();
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), EMFILE);
        EXPECT_EQ(std::string(error.what()).find("eventfd"), 0u);
    }
}

}  // namespace
