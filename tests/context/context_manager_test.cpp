#include "runtime/context/context_manager.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "runtime/context/exit_stack.hpp"
#include "runtime/context/with.hpp"
#include "tests/support/counted.hpp"
#include "tests/support/endings.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::AsyncGenerator;
using aio::context_manager;
using aio::Coroutine;
using aio::create_task;
using aio::with;

/// Cleans up, whatever happens, and lets exceptions through.
AsyncGenerator<int&> numbered(Log& log, int number, int waits = 0) {
    const Counted local;
    co_await turns(waits);
    log("+" + std::to_string(number));
    std::exception_ptr error;
    try {
        co_yield number;
    } catch (...) { error = std::current_exception(); }
    co_await turns(waits);
    log("-" + std::to_string(number) + (error ? "(" + aio::describe(error) + ")" : ""));
    if (error) std::rethrow_exception(error);
}

AsyncGenerator<std::string> swallowing() {
    try {
        co_yield "given";
    } catch (const aio::ValueError&) {}
}

Coroutine<> fails() {
    co_await turns(1);
    throw aio::ValueError("boom");
}

TEST_ON_LOOP(ContextManager, runs_the_generator_to_its_yield_and_then_to_its_end) {
    Log log;
    const auto block = [&](int& number) -> Coroutine<int> {
        log("block");
        co_await turns(1);
        co_return number++;
    };
    const std::optional<int> result = co_await with(context_manager(numbered(log, 7, 1)), block);
    EXPECT_EQ(result, 7);
    EXPECT_EQ(log.text(), "+7 block -8");
}

TEST_ON_LOOP(ContextManager, throws_the_exception_of_the_block_at_the_yield) {
    Log log;
    const std::string ending = co_await ending_of(with(context_manager(numbered(log, 7)), fails));
    EXPECT_EQ(ending, "aio::ValueError: boom");
    EXPECT_EQ(log.text(), "+7 -7(aio::ValueError: boom)");
}

TEST_ON_LOOP(ContextManager, of_a_generator_that_ends_instead_has_swallowed_the_exception) {
    const std::optional<std::monostate> none = co_await with(context_manager(swallowing()), fails);
    EXPECT_FALSE(none.has_value());
    const auto returns = [](const std::string& given) -> Coroutine<std::string> { co_return given; };
    const std::optional<std::string> given = co_await with(context_manager(swallowing()), returns);
    EXPECT_EQ(given, "given");
    const auto times_out = []() -> Coroutine<> {
        throw aio::TimeoutError();
        co_return;
    };
    const std::string ending = co_await ending_of(with(context_manager(swallowing()), times_out));
    EXPECT_EQ(ending, "aio::TimeoutError: timed out");
}

TEST_ON_LOOP(ContextManager, throws_another_exception_of_the_generator_in_place_of_the_block_s) {
    const auto replaces = []() -> AsyncGenerator<int> {
        try {
            co_yield 1;
        } catch (const aio::ValueError&) { throw aio::TimeoutError(); }
    };
    const std::string ending = co_await ending_of(with(context_manager(replaces()), fails));
    EXPECT_EQ(ending, "aio::TimeoutError: timed out");
    // Equal is not the same: this one is new.
    const auto renews = []() -> AsyncGenerator<int> {
        try {
            co_yield 1;
        } catch (const aio::ValueError&) { throw aio::ValueError("new"); }
    };
    const std::string renewed = co_await ending_of(with(context_manager(renews()), fails));
    EXPECT_EQ(renewed, "aio::ValueError: new");
}

TEST_ON_LOOP(ContextManager, refuses_a_generator_that_yields_never_or_twice) {
    const auto count = [](int items) -> AsyncGenerator<int> {
        for (int i = 0; i < items; ++i) {
            try {
                co_yield i;
            } catch (const aio::ValueError&) {}
        }
    };
    const auto block = []() -> Coroutine<> { co_return; };
    const std::string never = co_await ending_of(with(context_manager(count(0)), block));
    EXPECT_EQ(never, "aio::RuntimeError: generator didn't yield");
    const std::string twice = co_await ending_of(with(context_manager(count(2)), block));
    EXPECT_EQ(twice, "aio::RuntimeError: generator didn't stop");
    const std::string after = co_await ending_of(with(context_manager(count(2)), fails));
    EXPECT_EQ(after, "aio::RuntimeError: generator didn't stop after athrow()");
}

TEST_ON_LOOP(ContextManager, does_not_run_the_block_when_the_generator_fails_before_its_yield) {
    const auto refuses = []() -> AsyncGenerator<int> {
        co_await turns(1);
        throw aio::ValueError("no");
        co_yield 1;
    };
    const auto block = []() -> Coroutine<> {
        ADD_FAILURE() << "must not run";
        co_return;
    };
    const std::string ending = co_await ending_of(with(context_manager(refuses()), block));
    EXPECT_EQ(ending, "aio::ValueError: no");
}

TEST_ON_LOOP(ContextManager, can_be_entered_once) {
    Log log;
    auto manager = context_manager(numbered(log, 7));
    const auto block = []() -> Coroutine<> { co_return; };
    co_await with(manager, block);
    const std::string again = co_await ending_of(with(manager, block));
    EXPECT_EQ(again, "aio::RuntimeError: generator didn't yield");
}

TEST_ON_LOOP(ContextManager, stands_beside_others_in_one_with_and_in_a_stack) {
    Log log;
    const auto block = [&](int& a, std::string& b) -> Coroutine<> {
        log(std::to_string(a) + b);
        co_return;
    };
    co_await with(context_manager(numbered(log, 1)), context_manager(swallowing()), block);
    aio::ExitStack stack;
    const int& two = co_await stack.enter_async_context(context_manager(numbered(log, 2)));
    co_await stack.enter_async_context(context_manager(numbered(log, two + 1)));
    co_await stack.aclose();
    EXPECT_EQ(log.text(), "+1 1given -1 +2 +3 -3 -2");
}

TEST(ContextManager, cancelled_at_any_await_cleans_up_what_was_entered) {
    const auto uses = [](Log& log) -> Coroutine<> {
        co_await with(context_manager(numbered(log, 1, 2)), [&]() -> Coroutine<> {
            const Counted local;
            co_await turns(2);
            log("block");
        });
    };
    for (int turn = 1; turn <= 7; ++turn) {
        const std::string expected = turn <= 2   ? "cancelled"
                                     : turn <= 4 ? "+1 -1(aio::CancelledError) cancelled"
                                     : turn <= 6 ? "+1 block cancelled"  // its own cleaning up was cancelled
                                                 : "+1 block -1 returned";
        EXPECT_EQ(log_when_cancelled(turn, uses), expected) << turn;
    }
}

TEST_ON_LOOP(ContextManager, that_is_dropped_inside_is_closed_by_the_loop) {
    Log log;
    {
        auto manager = context_manager(numbered(log, 1));
        const int& entered = co_await manager.aenter();
        EXPECT_EQ(entered, 1);
    }
    co_await turns(3);
    EXPECT_EQ(log.text(), "+1 -1(aio::GeneratorExit)");
}

}  // namespace
