// The classes of chapter 4.1 that do right what the tutorial gets wrong: each test here fails on the tutorial's way.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "chapters/4.1-context-managers/connection.hpp"
#include "chapters/4.1-context-managers/group.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::with;

struct Manager {
    Log& log;
    std::string name;
    bool enter_fails = false, exit_fails = false, swallows = false;

    Coroutine<void> aenter() {
        if (enter_fails) throw aio::ValueError("enter " + name);
        log("+" + name);
        co_return;
    }
    Coroutine<bool> aexit(std::exception_ptr error) {
        log("-" + name + (error ? "!" : ""));
        if (exit_fails) throw aio::ValueError("exit " + name);
        co_return swallows;
    }
};

Coroutine<void> use(Manager& a, Manager& b, Manager& c, bool fails) {
    ManagerGroup<Manager> group({&a, &b, &c});
    const auto block = [&]() -> Coroutine<void> {
        if (fails) throw aio::ValueError("block");
        co_return;
    };
    co_await with(group, block);
}

TEST_ON_LOOP(ChapterGroup, leaves_what_it_entered_when_a_later_enter_fails) {
    Log log;
    Manager a{log, "a"}, b{log, "b"}, c{log, "c", true};
    const std::string ending = co_await ending_of(use(a, b, c, false));
    EXPECT_EQ(ending, "aio::ValueError: enter c");
    EXPECT_EQ(log.text(), "+a +b -b! -a!");
}

TEST_ON_LOOP(ChapterGroup, leaves_all_when_an_exit_throws_and_keeps_all_errors) {
    Log log;
    Manager a{log, "a"}, b{log, "b", false, true}, c{log, "c", false, true};
    std::vector<std::string> errors;
    try {
        co_await use(a, b, c, true);
    } catch (const aio::ExceptionGroup& group) {
        for (const auto& error : group.exceptions()) errors.push_back(aio::describe(error));
    }
    EXPECT_EQ(errors, (std::vector<std::string>{"aio::ValueError: block", "aio::ValueError: exit c",
                                                "aio::ValueError: exit b"}));
    EXPECT_EQ(log.text(), "+a +b +c -c! -b! -a!");
}

TEST_ON_LOOP(ChapterGroup, lets_a_manager_swallow_and_does_not_tell_those_before_it) {
    Log log;
    Manager a{log, "a"}, b{log, "b", false, false, true}, c{log, "c"};
    const std::string ending = co_await ending_of(use(a, b, c, true));
    EXPECT_EQ(ending, "returned");
    EXPECT_EQ(log.text(), "+a +b +c -c! -b! -a");
}

TEST_ON_LOOP(ChapterGroup, can_be_used_twice) {
    Log log;
    Manager a{log, "a"};
    ManagerGroup<Manager> group({&a});
    const auto block = []() -> Coroutine<void> { co_return; };
    co_await with(group, block);
    co_await with(group, block);
    EXPECT_EQ(log.text(), "+a -a +a -a");
}

// ---- The transaction and the connection

Coroutine<void> transaction(std::chrono::milliseconds length, bool commit_fails) {
    co_await with(Connection("db"), [&](Connection& db) -> Coroutine<void> {
        Transaction tx = begin(db);
        tx.commit_fails = commit_fails;
        const auto block = [&]() -> Coroutine<void> { co_await aio::sleep(length); };
        co_await with(tx, block);
    });
}

/// What it prints when it is cancelled at each of these times, and how it ends.
std::string printed_by(Coroutine<void> coroutine, std::vector<std::chrono::milliseconds> cancels) {
    testing::internal::CaptureStdout();
    std::string ending;
    const auto main = [&]() -> Coroutine<void> {
        auto task = create_task(ending_of(std::move(coroutine)));
        for (const auto time : cancels) aio::get_running_loop().call_later(time, [task] { task.cancel(); });
        ending = co_await task;
    };
    run_virtually(main());
    return testing::internal::GetCapturedStdout() + ending;
}

TEST(ChapterTransaction, rolls_back_when_it_is_cancelled_however_often_and_whenever) {
    for (const auto again : {650ms, 700ms, 720ms, 750ms, 799ms, 800ms, 850ms, 999ms})
        EXPECT_EQ(printed_by(transaction(10s, false), {640ms, again}),
                  "connected to db\nbegin\nroll back: aio::CancelledError\nrolled back\ndisconnected from db\n"
                  "aio::CancelledError");
}

TEST(ChapterTransaction, does_not_roll_back_when_its_commit_fails) {
    EXPECT_EQ(printed_by(transaction(0s, true), {}),
              "connected to db\nbegin\ncommit\ndisconnected from db\nstd::runtime_error: the disk is full");
}

TEST_ON_LOOP(ChapterTransaction, belongs_to_a_connection_that_is_open_and_in_no_other) {
    testing::internal::CaptureStdout();
    const auto block = []() -> Coroutine<void> { co_return; };
    Connection db("db");
    Transaction first = begin(db);
    const std::string closed = co_await ending_of(with(first, block));
    EXPECT_EQ(closed, "aio::RuntimeError: db is not connected");
    Transaction second = begin(db);
    const auto nested = [&]() -> Coroutine<void> { co_await with(second, block); };
    const std::string twice = co_await ending_of(with(db, first, nested));
    EXPECT_EQ(twice, "aio::RuntimeError: db is in a transaction already");
    testing::internal::GetCapturedStdout();
}

TEST_ON_LOOP(ChapterConnection, is_closed_however_its_disconnecting_is_cancelled) {
    testing::internal::CaptureStdout();
    Connection db("db");
    const auto block = []() -> Coroutine<void> { co_return; };
    const auto task = create_task(with(db, block));
    co_await aio::sleep(600ms);
    task.cancel();
    co_await turns(3);
    EXPECT_FALSE(db.connected());
    EXPECT_FALSE(task.done()) << "it says goodbye first";
    const std::string ending = co_await ending_of(task);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_EQ(now(), 700);
    testing::internal::GetCapturedStdout();
}

TEST_ON_LOOP(ChapterConnection, is_refused_to_a_second_block_and_can_be_used_again_later) {
    testing::internal::CaptureStdout();
    Connection db("db");
    const auto block = []() -> Coroutine<void> { co_await aio::sleep(1s); };
    const auto first = create_task(with(db, block));
    co_await aio::sleep(100ms);  // still connecting
    const std::string second = co_await ending_of(with(db, block));
    EXPECT_EQ(second, "aio::RuntimeError: the connection to db is in use already");
    co_await aio::sleep(800ms);
    EXPECT_TRUE(db.connected());
    co_await first;
    const std::string later = co_await ending_of(with(db, block));
    EXPECT_EQ(later, "returned");
    testing::internal::GetCapturedStdout();
}

}  // namespace
