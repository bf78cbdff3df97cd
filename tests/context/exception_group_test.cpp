#include "runtime/context/exception_group.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::BaseExceptionGroup;
using aio::ExceptionGroup;

std::exception_ptr value_error(const char* text) { return std::make_exception_ptr(aio::ValueError(text)); }
std::exception_ptr out_of_range(const char* text) { return std::make_exception_ptr(std::out_of_range(text)); }

/// "[a [b c]]": the texts of the leaves in their groups; "-" for no group.
std::string shape(const std::exception_ptr& error) {
    if (!error) return "-";
    try {
        std::rethrow_exception(error);
    } catch (const BaseExceptionGroup& group) {
        Log log;
        for (const auto& inner : group.exceptions()) log(shape(inner));
        return "[" + log.text() + "]";
    } catch (const std::exception& leaf) { return leaf.what(); } catch (...) {
        return aio::describe(error);
    }
}

ExceptionGroup mixed() {
    const auto inner = std::make_exception_ptr(ExceptionGroup("inner", {value_error("b"), out_of_range("c")}));
    return ExceptionGroup("outer", {value_error("a"), inner, out_of_range("d")});
}

TEST(ExceptionGroup, has_a_message_and_counts_its_exceptions) {
    const ExceptionGroup two("errors", {value_error("a"), value_error("b")}), one("error", {value_error("a")});
    EXPECT_STREQ(two.what(), "errors (2 sub-exceptions)");
    EXPECT_STREQ(one.what(), "error (1 sub-exception)");
    EXPECT_EQ(two.message(), "errors");
    EXPECT_EQ(two.exceptions().size(), 2u);
}

TEST(ExceptionGroup, of_nothing_is_an_error) { EXPECT_THROW(ExceptionGroup("none", {}), aio::ValueError); }

TEST(ExceptionGroup, is_an_ordinary_exception_unless_a_cancellation_is_in_it) {
    EXPECT_TRUE(aio::holds<ExceptionGroup>(aio::make_exception_group("m", {value_error("a")})));
    const auto base =
        aio::make_exception_group("m", {value_error("a"), std::make_exception_ptr(aio::CancelledError())});
    EXPECT_FALSE(aio::holds<std::exception>(base));
    EXPECT_TRUE(aio::holds<BaseExceptionGroup>(base));
}

TEST(ExceptionGroup, gives_the_part_that_matches_in_the_same_shape) {
    EXPECT_EQ(shape(mixed().subgroup(aio::holds<aio::ValueError>)), "[a [b]]");
    EXPECT_EQ(shape(mixed().subgroup(aio::holds<std::logic_error>)), "[a [b c] d]");
    EXPECT_EQ(shape(mixed().subgroup(aio::holds<aio::TimeoutError>)), "-");
}

TEST(ExceptionGroup, splits_into_what_matches_and_the_rest) {
    const auto [matching, rest] = mixed().split(aio::holds<std::out_of_range>);
    EXPECT_EQ(shape(matching), "[[c] d]");
    EXPECT_EQ(shape(rest), "[a [b]]");
    const auto [all, nothing] = mixed().split(aio::holds<std::exception>);
    EXPECT_EQ(shape(all), "[a [b c] d]");
    EXPECT_EQ(nothing, nullptr);
}

TEST(ExceptionGroup, keeps_its_message_in_its_parts) {
    try {
        std::rethrow_exception(mixed().subgroup(aio::holds<aio::ValueError>));
    } catch (const ExceptionGroup& part) { EXPECT_STREQ(part.what(), "outer (2 sub-exceptions)"); }
}

TEST(ExceptionGroup, loses_its_cancellation_when_that_is_split_off) {
    const BaseExceptionGroup base("m", {value_error("a"), std::make_exception_ptr(aio::CancelledError())});
    const auto [cancelled, rest] = base.split(aio::holds<aio::CancelledError>);
    EXPECT_FALSE(aio::holds<ExceptionGroup>(cancelled));
    EXPECT_TRUE(aio::holds<ExceptionGroup>(rest));
}

}  // namespace
