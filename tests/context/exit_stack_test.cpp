#include "runtime/context/exit_stack.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/counted.hpp"
#include "tests/support/endings.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::ExitStack;
using aio::with;

std::string in_brackets(const std::exception_ptr& error) {
    return error ? "(" + aio::describe(error).substr(5) + ")" : std::string();  // less "aio::"
}

/// Logs +name and -name, with the exception it sees.
class Named {
  public:
    Named(Log& log, std::string name, int waits = 0) : log_(log), name_(std::move(name)), waits_(waits) {}
    Coroutine<> aenter() {
        co_await turns(waits_);
        log_("+" + name_);
    }
    Coroutine<> aexit(std::exception_ptr error) {
        co_await turns(waits_);
        log_("-" + name_ + in_brackets(error));
    }
  private:
    Log& log_;
    std::string name_;
    int waits_;
    Counted counted_;
};

/// The same without awaiting.
class Plain {
  public:
    Plain(Log& log, std::string name) : log_(log), name_(std::move(name)) {}
    void enter() { log_("+" + name_); }
    void exit(const std::exception_ptr& error) { log_("-" + name_ + in_brackets(error)); }
  private:
    Log& log_;
    std::string name_;
};

auto swallows(Log& log) {
    return [&log](const std::exception_ptr& error) {
        log("swallow" + in_brackets(error));
        return true;
    };
}
auto throws(Log& log, std::string text) {
    return [&log, text](const std::exception_ptr& error) -> bool {
        log("throw" + in_brackets(error));
        throw aio::ValueError(text);
    };
}

TEST_ON_LOOP(ExitStack, leaves_in_reverse_order_what_was_entered_or_pushed) {
    Log log;
    co_await with(ExitStack(), [&](ExitStack& stack) -> Coroutine<> {
        co_await stack.enter_async_context(Named(log, "a"));
        stack.enter_context(Plain(log, "b"));
        stack.callback([&log](const std::string& word) { log("callback:" + word); }, "c");
        stack.push_async_callback(
            [&log](std::string word) -> Coroutine<> {
                co_await turns(1);
                log("callback:" + word);
            },
            "d");
        stack.push([&log](const std::exception_ptr& error) { log("e" + in_brackets(error)); });
        stack.push_async_exit([&log](std::exception_ptr error) -> Coroutine<> {
            co_await turns(1);
            log("f" + in_brackets(error));
        });
        stack.push(Plain(log, "g"));
        stack.push_async_exit(Named(log, "h"));
        log("block");
    });
    EXPECT_EQ(log.text(), "+a +b block -h -g f e callback:d callback:c -b -a");
}

TEST_ON_LOOP(ExitStack, shows_every_exit_the_exception_of_the_block) {
    Log log;
    ExitStack stack;
    const auto block = [&]() -> Coroutine<> {
        co_await stack.enter_async_context(Named(log, "a"));
        stack.enter_context(Plain(log, "b"));
        throw aio::ValueError("boom");
    };
    const std::string ending = co_await ending_of(with(stack, block));
    EXPECT_EQ(log.text(), "+a +b -b(ValueError: boom) -a(ValueError: boom)");
    EXPECT_EQ(ending, "aio::ValueError: boom");
}

TEST_ON_LOOP(ExitStack, shows_the_exits_below_nothing_of_what_one_has_swallowed) {
    Log log;
    ExitStack stack;
    const auto block = [&]() -> Coroutine<int> {
        co_await stack.enter_async_context(Named(log, "a"));
        stack.push(swallows(log));
        co_await stack.enter_async_context(Named(log, "b"));
        throw aio::ValueError("boom");
    };
    const std::optional<int> result = co_await with(stack, block);
    EXPECT_EQ(result, std::nullopt);
    EXPECT_EQ(log.text(), "+a +b -b(ValueError: boom) swallow(ValueError: boom) -a");
}

TEST_ON_LOOP(ExitStack, is_told_by_a_coroutine_as_well_that_it_swallows_the_exception) {
    ExitStack stack;
    const auto block = [&]() -> Coroutine<int> {
        stack.push_async_exit([](const std::exception_ptr&) -> Coroutine<bool> {
            co_await turns(1);
            co_return true;
        });
        throw aio::ValueError("boom");
        co_return 7;
    };
    const std::optional<int> result = co_await with(stack, block);
    EXPECT_EQ(result, std::nullopt);
}

TEST_ON_LOOP(ExitStack, swallows_nothing_by_what_a_callback_returns) {
    ExitStack stack;
    const auto block = [&]() -> Coroutine<> {
        stack.callback([] { return true; });
        stack.push_async_callback([]() -> Coroutine<bool> { co_return true; });
        throw aio::ValueError("boom");
        co_return;
    };
    const std::string ending = co_await ending_of(with(stack, block));
    EXPECT_EQ(ending, "aio::ValueError: boom");
}

TEST_ON_LOOP(ExitStack, goes_on_with_the_exception_of_an_exit_that_throws) {
    Log log;
    ExitStack stack;
    const auto block = [&]() -> Coroutine<> {
        co_await stack.enter_async_context(Named(log, "a"));
        stack.push(throws(log, "exit"));
        co_await stack.enter_async_context(Named(log, "b"));
        throw aio::ValueError("block");
    };
    const std::string ending = co_await ending_of(with(stack, block));
    EXPECT_EQ(ending, "aio::ValueError: exit");
    EXPECT_EQ(log.text(), "+a +b -b(ValueError: block) throw(ValueError: block) -a(ValueError: exit)");
}

TEST_ON_LOOP(ExitStack, returns_the_result_when_an_exit_that_threw_was_swallowed_below) {
    Log log;
    ExitStack stack;
    const auto block = [&]() -> Coroutine<int> {
        stack.push(swallows(log));
        stack.push(throws(log, "exit"));
        co_return 7;
    };
    const std::optional<int> result = co_await with(stack, block);
    EXPECT_EQ(result, 7);
    EXPECT_EQ(log.text(), "throw swallow(ValueError: exit)");
}

TEST_ON_LOOP(ExitStack, throws_when_an_exit_below_the_swallowing_one_throws) {
    Log log;
    ExitStack stack;
    const auto block = [&]() -> Coroutine<> {
        stack.push(throws(log, "exit"));
        stack.push(swallows(log));
        throw aio::TimeoutError();
        co_return;
    };
    const std::string ending = co_await ending_of(with(stack, block));
    EXPECT_EQ(ending, "aio::ValueError: exit");
    EXPECT_EQ(log.text(), "swallow(TimeoutError: timed out) throw");
}

TEST_ON_LOOP(ExitStack, leaves_what_was_entered_when_a_later_manager_cannot_be) {
    struct Refusing {
        Coroutine<> aenter() {
            co_await turns(1);
            throw aio::ValueError("refused");
        }
        Coroutine<> aexit(std::exception_ptr) {
            ADD_FAILURE() << "was never entered";
            co_return;
        }
    };
    Log log;
    ExitStack stack;
    const auto block = [&]() -> Coroutine<> {
        co_await stack.enter_async_context(Named(log, "a", 1));
        co_await stack.enter_async_context(Named(log, "b", 1));
        co_await stack.enter_async_context(Refusing());
    };
    const std::string ending = co_await ending_of(with(stack, block));
    EXPECT_EQ(ending, "aio::ValueError: refused");
    EXPECT_EQ(log.text(), "+a +b -b(ValueError: refused) -a(ValueError: refused)");
}

TEST_ON_LOOP(ExitStack, gives_what_a_manager_gives_on_entry_or_else_the_manager) {
    struct Giving {
        Coroutine<std::unique_ptr<int>> aenter() { co_return std::make_unique<int>(7); }
        Coroutine<> aexit(std::exception_ptr) { co_return; }
    };
    struct GivingReference {
        Coroutine<int&> aenter() { co_return number; }
        Coroutine<> aexit(std::exception_ptr) { co_return; }
        int number = 8;
    };
    Log log;
    ExitStack stack;
    const std::unique_ptr<int> given = co_await stack.enter_async_context(Giving());
    EXPECT_EQ(*given, 7);
    GivingReference manager;
    int& number = co_await stack.enter_async_context(manager);
    EXPECT_EQ(&number, &manager.number);
    Named lvalue(log, "a");
    Named& same = co_await stack.enter_async_context(lvalue);
    EXPECT_EQ(&same, &lvalue);
    Plain& kept = stack.enter_context(Plain(log, "b"));
    kept.exit(nullptr);
    co_await stack.aclose();
    EXPECT_EQ(log.text(), "+a +b -b -b -a");
}

TEST_ON_LOOP(ExitStack, can_be_closed_early_and_used_on) {
    Log log;
    co_await with(ExitStack(), [&](ExitStack& stack) -> Coroutine<> {
        co_await stack.enter_async_context(Named(log, "a"));
        co_await stack.aclose();
        log("closed");
        co_await stack.enter_async_context(Named(log, "b"));
    });
    EXPECT_EQ(log.text(), "+a -a closed +b -b");
}

Coroutine<ExitStack> open_both(Log& log, bool fails) {
    ExitStack stack;
    const auto block = [&]() -> Coroutine<ExitStack> {
        co_await stack.enter_async_context(Named(log, "a"));
        co_await stack.enter_async_context(Named(log, "b"));
        if (fails) throw aio::ValueError("boom");
        co_return stack.pop_all();
    };
    std::optional<ExitStack> both = co_await with(stack, block);
    co_return std::move(*both);
}

TEST_ON_LOOP(ExitStack, hands_on_what_it_has_by_pop_all) {
    Log log;
    ExitStack both = co_await open_both(log, false);
    log("opened");
    co_await both.aclose();
    EXPECT_EQ(log.text(), "+a +b opened -b -a");
}

TEST_ON_LOOP(ExitStack, leaves_everything_when_the_function_that_would_have_handed_it_on_fails) {
    Log log;
    const std::string ending = co_await ending_of(open_both(log, true));
    EXPECT_EQ(ending, "aio::ValueError: boom");
    EXPECT_EQ(log.text(), "+a +b -b(ValueError: boom) -a(ValueError: boom)");
}

TEST_ON_LOOP(ExitStack, keeps_copies_of_callbacks_and_arguments) {
    Log log;
    ExitStack stack;
    {
        const std::string word(100, 'x');
        const auto say = [&log, word](const std::string& other) { log(std::to_string(word.size() + other.size())); };
        stack.callback(say, word);
        const auto later = [&log, word](const std::string& other) -> Coroutine<> {
            co_await turns(1);
            log(std::to_string(word.size() + other.size()));
        };
        stack.push_async_callback(later, word);
    }
    co_await stack.aclose();
    EXPECT_EQ(log.text(), "200 200");
}

TEST_ON_LOOP(ExitStack, that_goes_with_exits_not_called_is_reported) {
    Log log;
    const Reports reports;
    {
        ExitStack stack;
        stack.callback([&log] { log("called"); });
    }
    EXPECT_EQ(log.text(), "");
    EXPECT_EQ(reports.text(), "ExitStack was never closed");
    co_return;
}

/// Two managers that wait two turns on either way, around a block that does so too.
Coroutine<> walk(Log& log) {
    ExitStack stack;
    const auto block = [&]() -> Coroutine<> {
        co_await stack.enter_async_context(Named(log, "a", 2));
        co_await stack.enter_async_context(Named(log, "b", 2));
        co_await turns(2);
        log("block");
    };
    co_await with(stack, block);
}

TEST(ExitStack, cancelled_at_any_await_tries_to_leave_each_manager_that_it_had_entered_once) {
    for (int turn = 1; turn <= 11; ++turn) {
        const std::string expected = turn <= 2   ? "cancelled"
                                     : turn <= 4 ? "+a -a(CancelledError) cancelled"
                                     : turn <= 6 ? "+a +b -b(CancelledError) -a(CancelledError) cancelled"
                                     : turn <= 8
                                         ? "+a +b block -a(CancelledError) cancelled"  // that of b was cancelled
                                     : turn <= 10 ? "+a +b block -b cancelled"         // that of a was
                                                  : "+a +b block -b -a returned";
        EXPECT_EQ(log_when_cancelled(turn, walk), expected) << turn;
    }
}

TEST(ExitStack, is_destroyed_without_leaving_when_the_loop_ends) {
    Counted::reset();
    Log log;
    const auto main = [&]() -> Coroutine<> {
        co_await with(ExitStack(), [&](ExitStack& stack) -> Coroutine<> {
            co_await stack.enter_async_context(Named(log, "a"));
            co_await forever();
        });
    };
    EXPECT_THROW(run_virtually(main()), aio::DeadlockError);
    EXPECT_EQ(log.text(), "+a");
    EXPECT_EQ(Counted::alive(), 0);
}

}  // namespace
