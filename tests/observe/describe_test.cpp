// The names of functions, as both compilers have them in a std::source_location.
#include <gtest/gtest.h>

#include <source_location>
#include <string>
#include <utility>

#include "runtime/aio.hpp"

using aio::detail::function_name;

namespace {

std::string noted;  // the name of the frame whose place was looked at last

/// Notes how the frame that awaits it is named.
struct Note {
    Note operator co_await() const noexcept { return {}; }
    bool await_ready() const noexcept {
        noted = function_name(aio::detail::Pump::current->innermost->place);
        return true;
    }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() const noexcept {}
};

std::string name_in(aio::Coroutine<> coroutine) {
    aio::run(std::move(coroutine));
    return noted;
}

}  // namespace

aio::Coroutine<> in_the_global_namespace(int, std::string) { co_await Note(); }

namespace space {
template <class T> struct Class {
    aio::Coroutine<> member(T) const { co_await Note(); }
    aio::Coroutine<> operator()(int) & { co_await Note(); }
    static aio::Coroutine<> of_all() noexcept { co_await Note(); }
};
template <class T, int n> aio::Coroutine<> with_parameters(T (*)(int)) { co_await Note(); }
}  // namespace space

namespace {

aio::Coroutine<> in_no_namespace(std::pair<int, void (*)(int)>) { co_await Note(); }
std::string a_lambda_in_a_function(int) {
    const auto lambda = [](int, std::string) -> aio::Coroutine<> { co_await Note(); };
    return name_in(lambda(1, ""));
}

TEST(FunctionName, is_the_name_alone) {
    EXPECT_EQ(name_in(in_the_global_namespace(1, "")), "in_the_global_namespace");
    EXPECT_EQ(name_in(in_no_namespace({})), "in_no_namespace");
}

TEST(FunctionName, of_members_says_whose) {
    space::Class<int> object;
    EXPECT_EQ(name_in(object.member(1)), "space::Class<int>::member");
    EXPECT_EQ(name_in(object(1)), "space::Class<int>::operator()");
    EXPECT_EQ(name_in(object.of_all()), "space::Class<int>::of_all");
}

TEST(FunctionName, of_a_lambda_says_where_it_stands) {
    EXPECT_EQ(a_lambda_in_a_function(1), "a_lambda_in_a_function()::<lambda>");
    const auto generic = [](auto) -> aio::Coroutine<> { co_await Note(); };
    EXPECT_EQ(name_in(generic(1)).substr(name_in(generic(1)).rfind(':') + 1), "<lambda>");
}

TEST(FunctionName, of_a_template) {
    EXPECT_EQ((name_in(space::with_parameters<double, 3>(nullptr))), "space::with_parameters");
}

TEST(FunctionName, of_what_is_no_coroutine) {
    EXPECT_EQ(function_name(std::source_location::current()).substr(0, 13), "FunctionName_");
    EXPECT_EQ(function_name(std::source_location()), "");
}

TEST(FunctionName, of_a_coroutine_that_never_ran) {
    testing::internal::CaptureStderr();
    { [[maybe_unused]] const auto lost = in_no_namespace({}); }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "coroutine 'in_no_namespace' was never awaited\n");
}

}  // namespace
