#include "runtime/tasks/future.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/counted.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::Future;

/// Awaits and tells.
Coroutine<> waits(Log& log, std::string name, Future<int> future) {
    const int value = co_await future;
    log(name + std::to_string(value));
}

// ---- states

TEST_ON_LOOP(Future, that_is_pending_has_neither_result_nor_exception) {
    const Future<int> future;
    EXPECT_FALSE(future.done());
    EXPECT_EQ(thrown_by([&] { future.result(); }), "aio::InvalidStateError: Result is not set.");
    EXPECT_EQ(thrown_by([&] { future.exception(); }), "aio::InvalidStateError: Result is not set.");
    co_return;
}

TEST_ON_LOOP(Future, has_the_result_that_was_set) {
    const Future<int> future;
    future.set_result(7);
    EXPECT_TRUE(future.done());
    EXPECT_EQ(future.result(), 7);
    EXPECT_EQ(future.exception(), nullptr);
    const int value = co_await future;
    EXPECT_EQ(value, 7);
}

TEST_ON_LOOP(Future, refuses_an_exception_that_is_none) {
    const Future<int> future;
    EXPECT_EQ(thrown_by([&] { future.set_exception(std::exception_ptr()); }),
              "aio::ValueError: set_exception: the exception_ptr is null");
    EXPECT_FALSE(future.done());
    co_return;
}

TEST_ON_LOOP(Future, has_the_exception_that_was_set) {
    const Future<int> by_value, by_pointer;
    by_value.set_exception(aio::ValueError("boom"));
    by_pointer.set_exception(std::make_exception_ptr(aio::ValueError("boom")));
    for (const auto& future : {by_value, by_pointer}) {
        EXPECT_EQ(thrown_by([&] { future.result(); }), "aio::ValueError: boom");
        EXPECT_EQ(aio::describe(future.exception()), "aio::ValueError: boom");
        const std::string ending = co_await ending_of(future);
        EXPECT_EQ(ending, "aio::ValueError: boom");
    }
}

TEST_ON_LOOP(Future, that_was_cancelled_throws_cancelled_error) {
    const Future<int> future;
    EXPECT_TRUE(future.cancel());
    EXPECT_TRUE(future.done());
    EXPECT_TRUE(future.cancelled());
    EXPECT_EQ(thrown_by([&] { future.result(); }), "aio::CancelledError");
    EXPECT_EQ(thrown_by([&] { future.exception(); }), "aio::CancelledError");
    const std::string ending = co_await ending_of(future);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_FALSE(future.cancel());
}

TEST_ON_LOOP(Future, is_completed_once) {
    const Future<int> finished, failed, cancelled;
    finished.set_result(1);
    failed.set_exception(aio::ValueError("first"));
    cancelled.cancel();
    for (const auto& future : {finished, failed, cancelled}) {
        EXPECT_EQ(thrown_by([&] { future.set_result(2); }),
                  "aio::InvalidStateError: invalid state: the future is done already");
        EXPECT_THROW(future.set_exception(aio::ValueError("second")), aio::InvalidStateError);
        EXPECT_FALSE(future.cancel());
    }
    EXPECT_EQ(finished.result(), 1);
    EXPECT_EQ(aio::describe(failed.exception()), "aio::ValueError: first");
    co_return;
}

// ---- who waits

TEST_ON_LOOP(Future, wakes_those_who_await_it_in_the_order_in_which_they_came) {
    Log log;
    const Future<int> future;
    for (const char* name : {"a", "b", "c"}) aio::create_task(waits(log, name, future));
    co_await turns(1);
    future.set_result(1);
    EXPECT_EQ(log.text(), "");
    co_await turns(1);
    EXPECT_EQ(log.text(), "a1 b1 c1");
}

TEST_ON_LOOP(Future, runs_callbacks_and_awaiting_tasks_in_one_order) {
    Log log;
    const Future<int> future;
    aio::create_task(waits(log, "a", future));
    co_await turns(1);
    future.add_done_callback([&](const Future<int>&) { log("callback"); });
    aio::create_task(waits(log, "b", future));
    co_await turns(1);
    future.set_result(1);
    co_await turns(1);
    EXPECT_EQ(log.text(), "a1 callback b1");
}

TEST_ON_LOOP(Future, that_is_done_is_awaited_with_no_trip_through_the_loop) {
    Log log;
    const Future<int> future;
    future.set_result(1);
    aio::get_running_loop().call_soon([&] { log("loop"); });
    co_await future;
    EXPECT_EQ(log.text(), "");
    co_await turns(1);
}

TEST_ON_LOOP(Future, that_one_of_its_tasks_cancels_is_cancelled_for_all) {
    Log log;
    const Future<int> future;
    const auto first = aio::create_task(waits(log, "a", future));
    const auto second = aio::create_task(waits(log, "b", future));
    co_await turns(1);
    first.cancel();
    EXPECT_TRUE(future.cancelled());
    co_await turns(1);
    EXPECT_TRUE(first.cancelled());
    EXPECT_TRUE(second.cancelled());
    EXPECT_EQ(second.cancelling(), 0u);
}

// ---- callbacks

TEST_ON_LOOP(Future, calls_back_in_the_next_turn_whether_it_was_done_before_or_not) {
    Log log;
    const Future<int> future;
    future.add_done_callback([&](const Future<int>& f) { log("before" + std::to_string(f.result())); });
    future.set_result(1);
    future.add_done_callback([&](const Future<int>& f) { log("after" + std::to_string(f.result())); });
    EXPECT_EQ(log.text(), "");
    co_await turns(1);
    EXPECT_EQ(log.text(), "before1 after1");
}

TEST_ON_LOOP(Future, does_not_call_what_was_removed) {
    Log log;
    const Future<int> future;
    future.add_done_callback([&](const Future<int>&) { log("a"); });
    const auto number = future.add_done_callback([&](const Future<int>&) { log("b"); });
    future.add_done_callback([&](const Future<int>&) { log("c"); });
    EXPECT_EQ(future.remove_done_callback(number), 1u);
    EXPECT_EQ(future.remove_done_callback(number), 0u);
    EXPECT_EQ(future.remove_done_callback(99), 0u);
    future.set_result(1);
    co_await turns(1);
    EXPECT_EQ(log.text(), "a c");
}

TEST_ON_LOOP(Future, calls_what_was_removed_when_it_was_on_its_way_already) {
    Log log;
    const Future<int> future;
    const auto number = future.add_done_callback([&](const Future<int>&) { log("called"); });
    future.set_result(1);
    EXPECT_EQ(future.remove_done_callback(number), 0u);
    co_await turns(1);
    EXPECT_EQ(log.text(), "called");
}

TEST_ON_LOOP(Future, reports_an_exception_in_a_callback_and_calls_the_others) {
    Log log;
    const Reports reports;
    const Future<int> future;
    future.add_done_callback([](const Future<int>&) { throw aio::ValueError("boom"); });
    future.add_done_callback([&](const Future<int>&) { log("and on"); });
    future.set_result(1);
    co_await turns(1);
    EXPECT_EQ(log.text(), "and on");
    EXPECT_EQ(reports.text(), "Exception in callback: aio::ValueError: boom");
}

TEST_ON_LOOP(Future, may_get_another_callback_in_a_callback) {
    Log log;
    const Future<int> future;
    future.add_done_callback([&](const Future<int>& f) {
        log("first");
        f.add_done_callback([&](const Future<int>&) { log("second"); });
    });
    future.set_result(1);
    co_await turns(1);
    EXPECT_EQ(log.text(), "first");
    co_await turns(1);
    EXPECT_EQ(log.text(), "first second");
}

TEST_ON_LOOP(Future, lives_until_its_callbacks_have_run_though_nobody_holds_it) {
    Log log;
    {
        const Future<std::string> future;
        for (int i = 0; i < 2; ++i) future.add_done_callback([&](const Future<std::string>& f) { log(f.result()); });
        future.set_result("value");
    }
    co_await turns(1);
    EXPECT_EQ(log.text(), "value value");
}

TEST_ON_LOOP(Future, destroys_its_callbacks_when_it_goes_without_being_done) {
    Counted::reset();
    {
        const Future<int> future;
        future.add_done_callback([counted = Counted()](const Future<int>&) { FAIL(); });
        EXPECT_EQ(Counted::alive(), 1);
    }
    EXPECT_EQ(Counted::alive(), 0);
    co_return;
}

TEST(Future, destroys_its_callbacks_when_the_loop_ends_before_they_ran) {
    Counted::reset();
    const auto main = []() -> Coroutine<> {
        aio::get_running_loop().stop();
        const Future<int> future;
        future.add_done_callback([counted = Counted()](const Future<int>&) { FAIL(); });
        future.set_result(1);
        co_return;
    };
    {
        aio::Runner runner(aio::ClockKind::virtual_time);
        runner.finish(main());
    }
    EXPECT_EQ(Counted::alive(), 0);
}

// ---- lost errors

TEST_ON_LOOP(Future, reports_an_exception_that_nobody_retrieved_once) {
    const Reports reports;
    {
        const Future<int> future;
        const Future<int> another_handle = future;
        future.set_exception(aio::ValueError("boom"));
    }
    EXPECT_EQ(reports.text(), "Future exception was never retrieved: aio::ValueError: boom");
    co_return;
}

TEST_ON_LOOP(Future, does_not_report_an_exception_that_was_retrieved) {
    const Reports reports;
    {
        const Future<int> by_await, by_result, by_exception;
        for (const auto& future : {by_await, by_result, by_exception}) future.set_exception(aio::ValueError("boom"));
        co_await ending_of(by_await);
        thrown_by([&] { by_result.result(); });
        by_exception.exception();
    }
    EXPECT_EQ(reports.text(), "");
}

TEST_ON_LOOP(Future, does_not_report_a_cancellation) {
    const Reports reports;
    {
        const bool cancelled = Future<int>().cancel();
        EXPECT_TRUE(cancelled);
    }
    EXPECT_EQ(reports.text(), "");
    co_return;
}

// ---- types

TEST_ON_LOOP(Future, gives_what_cannot_be_copied_to_the_first_who_awaits_it) {
    const Future<std::unique_ptr<int>> future;
    future.set_result(std::make_unique<int>(7));
    const std::unique_ptr<int> first = co_await future;
    const std::unique_ptr<int> second = co_await future;
    EXPECT_EQ(*first, 7);
    EXPECT_EQ(second, nullptr);
}

TEST_ON_LOOP(Future, holds_references_and_nothing) {
    int n = 1;
    const Future<int&> reference;
    reference.set_result(n);
    int& same = co_await reference;
    EXPECT_EQ(&same, &n);
    const Future<> nothing;
    nothing.set_result();
    co_await nothing;
    nothing.result();
}

TEST_ON_LOOP(Future, is_shared_by_its_handles) {
    const Future<int> future, other;
    const Future<int> copy = future;
    const aio::FutureBase untyped = future;
    EXPECT_TRUE(copy == future);
    EXPECT_TRUE(untyped == future);
    EXPECT_FALSE(other == future);
    copy.set_result(1);
    EXPECT_TRUE(untyped.done());
    EXPECT_FALSE(other.done());
    co_return;
}

struct Explosive {
    explicit Explosive(bool explode) {
        if (explode) throw aio::ValueError("boom");
    }
    Explosive(const Explosive&) { throw aio::ValueError("copied"); }
};

TEST_ON_LOOP(Future, stays_pending_when_the_value_cannot_be_made) {
    const Future<Explosive> future;
    EXPECT_THROW(future.set_result(true), aio::ValueError);
    EXPECT_FALSE(future.done());
    future.set_result(false);
    const std::string ending = co_await ending_of(future);
    EXPECT_EQ(ending, "aio::ValueError: copied");
}

}  // namespace
