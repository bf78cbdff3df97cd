#include "runtime/context/with.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "tests/support/counted.hpp"
#include "tests/support/endings.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::with;

/// Enters and leaves without awaiting.
struct Plain {
    Log& log;
    void enter() { log("enter"); }
    void exit(const std::exception_ptr& error) { log(error ? "exit:" + aio::describe(error) : "exit"); }
};

/// Awaits on the way in and out.
struct Awaiting {
    Log& log;
    Coroutine<> aenter() {
        co_await turns(1);
        log("enter");
    }
    Coroutine<> aexit(std::exception_ptr error) {
        co_await turns(1);
        log(error ? "exit:" + aio::describe(error) : "exit");
    }
};

/// Gives something on entry.
struct Giving {
    Coroutine<std::unique_ptr<int>> aenter() { co_return std::make_unique<int>(7); }
    Coroutine<> aexit(std::exception_ptr) { co_return; }
};

/// Swallows ValueErrors.
struct Swallowing {
    Coroutine<> aenter() { co_return; }
    Coroutine<bool> aexit(std::exception_ptr error) { co_return aio::holds<aio::ValueError>(error); }
};

template <class Manager> class With : public testing::Test {};
using Managers = testing::Types<Plain, Awaiting>;
TYPED_TEST_SUITE(With, Managers);

// ---- what both kinds do

TYPED_TEST(With, enters_runs_the_block_and_leaves) {
    Log log;
    const auto main = [&]() -> Coroutine<> {
        TypeParam manager{log};
        const auto block = [&]() -> Coroutine<int> {
            log("block");
            co_await turns(1);
            co_return 7;
        };
        const int value = co_await with(manager, block);
        log(std::to_string(value));
    };
    run_virtually(main());
    EXPECT_EQ(log.text(), "enter block exit 7");
}

TYPED_TEST(With, leaves_when_the_block_throws_and_lets_that_through) {
    Log log;
    const auto main = [&]() -> Coroutine<> {
        TypeParam manager{log};
        const auto block = []() -> Coroutine<int> {
            throw aio::ValueError("boom");
            co_return 1;
        };
        const std::string ending = co_await ending_of(with(manager, block));
        log(ending);
    };
    run_virtually(main());
    EXPECT_EQ(log.text(), "enter exit:aio::ValueError: boom aio::ValueError: boom");
}

TYPED_TEST(With, leaves_when_the_block_is_cancelled) {
    Log log;
    const auto main = [&]() -> Coroutine<> {
        const auto body = [&]() -> Coroutine<> {
            TypeParam manager{log};
            const auto block = [] { return forever(); };
            co_await with(manager, block);
        };
        const auto task = create_task(body);
        co_await turns(3);
        task.cancel();
        co_await ending_of(task);
        EXPECT_TRUE(task.cancelled());
    };
    run_virtually(main());
    EXPECT_EQ(log.text(), "enter exit:aio::CancelledError");
}

TYPED_TEST(With, gives_the_manager_itself_to_a_block_that_asks_for_it) {
    Log log;
    const auto main = [&]() -> Coroutine<> {
        TypeParam manager{log};
        const auto block = [&](TypeParam& given) -> Coroutine<> {
            EXPECT_EQ(&given, &manager);
            co_return;
        };
        co_await with(manager, block);
    };
    run_virtually(main());
}

TYPED_TEST(With, takes_a_block_in_place_that_captures_by_reference) {
    Log log;
    const auto main = [&]() -> Coroutine<> {
        TypeParam manager{log};
        co_await with(manager, [&]() -> Coroutine<> {
            log("block");
            co_return;
        });
    };
    run_virtually(main());
    EXPECT_EQ(log.text(), "enter block exit");
}

TYPED_TEST(With, destroys_what_the_block_held_when_the_loop_ends_and_does_not_leave) {
    Log log;
    Counted::reset();
    const auto main = [&]() -> Coroutine<> {
        TypeParam manager{log};
        const auto block = []() -> Coroutine<> {
            const Counted local;
            co_await forever();
        };
        co_await with(manager, block);
    };
    EXPECT_THROW(run_virtually(main()), aio::DeadlockError);
    EXPECT_EQ(log.text(), "enter");
    EXPECT_EQ(Counted::constructed, 1);
    EXPECT_EQ(Counted::alive(), 0);
}

// ---- errors on the way in and out

struct Refusing {
    bool at_entry;
    Log& log;
    void enter() {
        if (at_entry) throw aio::ValueError("enter");
    }
    void exit(const std::exception_ptr&) {
        log("exit");
        throw aio::ValueError("exit");
    }
};
struct RefusingAwaiting {
    bool at_entry;
    Log& log;
    Coroutine<> aenter() {
        if (at_entry) throw aio::ValueError("enter");
        co_return;
    }
    Coroutine<> aexit(std::exception_ptr) {
        log("exit");
        throw aio::ValueError("exit");
        co_return;
    }
};

template <class Manager> Coroutine<> check_refusals() {
    Log log;
    const auto block = [&]() -> Coroutine<> {
        log("block");
        throw aio::TimeoutError();
        co_return;
    };
    Manager manager{true, log};
    const std::string at_entry = co_await ending_of(with(manager, block));
    EXPECT_EQ(at_entry, "aio::ValueError: enter");
    EXPECT_EQ(log.text(), "");
    manager.at_entry = false;
    const std::string at_exit = co_await ending_of(with(manager, block));
    EXPECT_EQ(at_exit, "aio::ValueError: exit");
    EXPECT_EQ(log.text(), "block exit");
}

TEST_ON_LOOP(WithErrors, of_the_way_in_keep_the_block_from_running_and_of_the_way_out_replace_its_own) {
    co_await check_refusals<Refusing>();
    co_await check_refusals<RefusingAwaiting>();
}

// ---- what only awaiting managers do

TEST_ON_LOOP(AsyncWith, gives_the_block_what_aenter_returned) {
    Giving manager;
    const auto block = [](std::unique_ptr<int>& given) -> Coroutine<int> { co_return *given + 1; };
    const int value = co_await with(manager, block);
    EXPECT_EQ(value, 8);
}

TEST_ON_LOOP(AsyncWith, that_can_swallow_gives_an_optional) {
    Swallowing manager;
    const auto returns = []() -> Coroutine<int> { co_return 7; };
    const std::optional<int> value = co_await with(manager, returns);
    EXPECT_EQ(value, 7);
    const auto fails = []() -> Coroutine<int> {
        throw aio::ValueError("boom");
        co_return 7;
    };
    const std::optional<int> none = co_await with(manager, fails);
    EXPECT_EQ(none, std::nullopt);
    const auto nothing = []() -> Coroutine<> { co_return; };
    const std::optional<std::monostate> done = co_await with(manager, nothing);
    EXPECT_TRUE(done.has_value());
}

TEST_ON_LOOP(AsyncWith, lets_through_what_it_does_not_swallow) {
    Swallowing manager;
    const auto fails = []() -> Coroutine<> {
        throw aio::TimeoutError();
        co_return;
    };
    const std::string ending = co_await ending_of(with(manager, fails));
    EXPECT_EQ(ending, "aio::TimeoutError: timed out");
}

TEST_ON_LOOP(AsyncWith, gives_what_cannot_be_copied) {
    Giving manager;
    const auto block = [](std::unique_ptr<int>& given) -> Coroutine<std::unique_ptr<int>> {
        co_return std::move(given);
    };
    const std::unique_ptr<int> value = co_await with(manager, block);
    EXPECT_EQ(*value, 7);
}

TEST_ON_LOOP(AsyncWith, can_be_cancelled_on_its_way_in_and_then_the_block_does_not_run) {
    struct Slow {
        Coroutine<> aenter() { co_await forever(); }
        Coroutine<> aexit(std::exception_ptr) {
            ADD_FAILURE() << "was never entered";
            co_return;
        }
    };
    const auto body = []() -> Coroutine<> {
        Slow manager;
        const auto block = []() -> Coroutine<> {
            ADD_FAILURE() << "must not run";
            co_return;
        };
        co_await with(manager, block);
    };
    const auto task = create_task(body);
    co_await turns(1);
    task.cancel();
    co_await turns(1);
    EXPECT_TRUE(task.cancelled());
}

// ---- managers that can swallow without awaiting

struct SwallowingPlain {
    void enter() {}
    bool exit(const std::exception_ptr& error) { return aio::holds<aio::ValueError>(error); }
};

TEST_ON_LOOP(SyncWith, that_can_swallow_gives_an_optional) {
    SwallowingPlain manager;
    const auto returns = []() -> Coroutine<int> { co_return 7; };
    const std::optional<int> value = co_await with(manager, returns);
    EXPECT_EQ(value, 7);
    const auto fails = []() -> Coroutine<> {
        throw aio::ValueError("boom");
        co_return;
    };
    const std::optional<std::monostate> none = co_await with(manager, fails);
    EXPECT_FALSE(none.has_value());
    const auto times_out = []() -> Coroutine<> {
        throw aio::TimeoutError();
        co_return;
    };
    const std::string ending = co_await ending_of(with(manager, times_out));
    EXPECT_EQ(ending, "aio::TimeoutError: timed out");
}

TEST_ON_LOOP(AsyncWith, gives_the_block_a_reference_if_aenter_returns_one) {
    struct Entering {
        Coroutine<Entering&> aenter() { co_return *this; }
        Coroutine<> aexit(std::exception_ptr) { co_return; }
    };
    Entering manager;
    const auto block = [&](Entering& given) -> Coroutine<bool> { co_return &given == &manager; };
    const bool same = co_await with(manager, block);
    EXPECT_TRUE(same);
}

// ---- several managers

/// Gives its name.
struct Named {
    Log& log;
    std::string name;
    bool refuses = false;
    int waits = 0;
    Coroutine<std::string> aenter() {
        co_await turns(waits);
        if (refuses) throw aio::ValueError("no " + name);
        log("+" + name);
        co_return name;
    }
    Coroutine<> aexit(std::exception_ptr error) {
        co_await turns(waits);
        log("-" + name + (error ? "!" : ""));
    }
};

TEST_ON_LOOP(WithSeveral, enters_them_in_order_and_leaves_them_in_reverse) {
    Log log;
    Named a{log, "a"}, c{log, "c"};
    Plain b{log};
    const auto block = [&](std::string& x, Plain& y, std::string& z) -> Coroutine<std::string> {
        EXPECT_EQ(&y, &b);
        co_return x + z;
    };
    const std::string value = co_await with(a, b, c, block);
    EXPECT_EQ(value, "ac");
    EXPECT_EQ(log.text(), "+a enter +c -c exit -a");
}

TEST_ON_LOOP(WithSeveral, leaves_those_before_one_that_cannot_be_entered) {
    Log log;
    Named a{log, "a"}, b{log, "b"}, c{log, "c", true};
    const auto block = [&]() -> Coroutine<> {
        ADD_FAILURE() << "must not run";
        co_return;
    };
    const std::string ending = co_await ending_of(with(a, b, c, block));
    EXPECT_EQ(ending, "aio::ValueError: no c");
    EXPECT_EQ(log.text(), "+a +b -b! -a!");
}

TEST_ON_LOOP(WithSeveral, shows_all_of_them_the_exception_up_to_the_one_that_swallows_it) {
    Log log;
    Named a{log, "a"}, c{log, "c"};
    Swallowing b;
    const auto fails = []() -> Coroutine<int> {
        throw aio::ValueError("boom");
        co_return 7;
    };
    const std::optional<int> inner = co_await with(a, b, c, fails);
    EXPECT_EQ(inner, std::nullopt);
    EXPECT_EQ(log.text(), "+a +c -c! -a");
}

TEST_ON_LOOP(WithSeveral, swallow_what_an_inner_way_in_throws) {
    Log log;
    Named b{log, "b", true};
    Swallowing a;
    const auto block = []() -> Coroutine<int> { co_return 7; };
    const std::optional<int> none = co_await with(a, b, block);
    EXPECT_EQ(none, std::nullopt);
}

TEST_ON_LOOP(WithSeveral, that_can_swallow_give_one_optional) {
    Swallowing a, c;
    SwallowingPlain b;
    const auto returns = []() -> Coroutine<int> { co_return 7; };
    const std::optional<int> value = co_await with(a, b, c, returns);
    EXPECT_EQ(value, 7);
    const auto fails = []() -> Coroutine<> {
        throw aio::ValueError("boom");
        co_return;
    };
    const std::optional<std::monostate> none = co_await with(a, b, c, fails);
    EXPECT_FALSE(none.has_value());
}

TEST(WithSeveral, cancelled_at_any_await_leave_each_that_was_entered) {
    const auto uses = [](Log& log) -> Coroutine<> {
        Named a{log, "a", false, 2}, b{log, "b", false, 2};
        co_await with(a, b, [&]() -> Coroutine<> {
            const Counted local;
            co_await turns(2);
            log("block");
        });
    };
    for (int turn = 1; turn <= 11; ++turn) {
        const std::string expected = turn <= 2    ? "cancelled"
                                     : turn <= 4  ? "+a -a! cancelled"
                                     : turn <= 6  ? "+a +b -b! -a! cancelled"
                                     : turn <= 8  ? "+a +b block -a! cancelled"
                                     : turn <= 10 ? "+a +b block -b cancelled"
                                                  : "+a +b block -b -a returned";
        EXPECT_EQ(log_when_cancelled(turn, uses), expected) << turn;
    }
}

// ---- what with() refuses

// A temporary that g++ 12 would destroy twice: with() asks for exactly this.
[[maybe_unused]] const auto by_value = [text = std::string()]() -> Coroutine<> { co_return static_cast<void>(text); };
[[maybe_unused]] const auto by_reference = [&block = by_value]() -> Coroutine<> { return block(); };
static_assert(!aio::detail::safe_callable<std::remove_const_t<decltype(by_value)>>);
static_assert(aio::detail::safe_callable<decltype((by_value))>, "it has a name");
static_assert(aio::detail::safe_callable<std::remove_const_t<decltype(by_reference)>>);

// What refers to temporaries can't be moved, so it can't be made a task that would outlive them.
template <class... Arguments> constexpr bool movable =
    std::move_constructible<decltype(with(std::declval<Arguments>()...))>;
using Block = decltype(by_reference);
static_assert(movable<Plain&, Block&>);
static_assert(movable<Awaiting&, Awaiting&, Block&>);
static_assert(!movable<Plain, Block&>);
static_assert(!movable<Awaiting, Block&>);
static_assert(!movable<Awaiting&, std::remove_const_t<Block>>);
static_assert(!movable<Awaiting&, Awaiting, Block&>);

}  // namespace
