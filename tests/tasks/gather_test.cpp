#include "runtime/tasks/gather.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/counted.hpp"
#include "tests/support/endings.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::Future;
using aio::gather;
using aio::return_exceptions;
using aio::Task;

Coroutine<std::unique_ptr<int>> unique(int value) { co_return std::make_unique<int>(value); }

// ---- results

TEST_ON_LOOP(Gather, gives_the_results_in_the_order_of_the_arguments_not_of_their_ends) {
    const auto [a, b, c] = co_await gather(returns(1, 3s), returns(2, 1s), returns(3, 2s));
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, 2);
    EXPECT_EQ(c, 3);
    EXPECT_EQ(now(), 3000);
}

TEST_ON_LOOP(Gather, gives_a_tuple_of_the_types_of_its_arguments) {
    const Future<std::string> future;
    future.set_result("text");
    auto [number, text, nothing, owned] = co_await gather(returns(1), future, aio::sleep(1s), unique(7));
    static_assert(std::is_same_v<decltype(nothing), std::monostate>);
    EXPECT_EQ(number, 1);
    EXPECT_EQ(text, "text");
    EXPECT_EQ(*owned, 7);
}

TEST_ON_LOOP(Gather, of_a_range_gives_a_vector) {
    std::vector<Coroutine<int>> coroutines;
    for (int i = 0; i < 5; ++i) coroutines.push_back(returns(i, (5 - i) * 1s));
    const std::vector<int> results = co_await gather(std::move(coroutines));
    EXPECT_EQ(results, (std::vector{0, 1, 2, 3, 4}));
}

TEST_ON_LOOP(Gather, of_a_range_of_tasks_leaves_the_handles_where_they_are) {
    std::vector<Task<std::unique_ptr<int>>> tasks;
    for (int i = 0; i < 3; ++i) tasks.push_back(create_task(unique(i)));
    const auto results = co_await gather(tasks);
    EXPECT_EQ(*results[2], 2);
    for (const auto& task : tasks) EXPECT_TRUE(task.done());
}

TEST_ON_LOOP(Gather, of_nothing_is_done_at_once) {
    EXPECT_TRUE(gather().done());
    const std::vector<Task<int>> none;
    const auto future = gather(none);
    EXPECT_TRUE(future.done());
    EXPECT_TRUE(future.result().empty());
    co_await gather(return_exceptions);
}

TEST_ON_LOOP(Gather, starts_its_children_though_nobody_awaits_it) {
    Log log;
    const auto says = [&](std::string word) -> Coroutine<> {
        log(word);
        co_return;
    };
    const auto future = gather(says("a"), says("b"));
    log("main");
    co_await turns(1);
    EXPECT_EQ(log.text(), "main a b");
    EXPECT_FALSE(future.done());
    co_await turns(1);
    EXPECT_TRUE(future.done());
}

TEST_ON_LOOP(Gather, lives_without_a_handle_until_its_children_are_done) {
    Log log;
    const Future<int> child;
    gather(child, returns(1)).add_done_callback([&](const auto&) { log("done"); });
    co_await turns(3);
    EXPECT_EQ(log.text(), "");
    child.set_result(1);
    co_await turns(3);
    EXPECT_EQ(log.text(), "done");
}

TEST_ON_LOOP(Gather, takes_one_child_twice) {
    const auto task = create_task(returns(7));
    const auto [a, b] = co_await gather(task, task);
    EXPECT_EQ(a, 7);
    EXPECT_EQ(b, 7);
}

TEST_ON_LOOP(Gather, takes_what_is_done_already) {
    const Future<int> done;
    done.set_result(1);
    const auto [a, b] = co_await gather(done, done);
    EXPECT_EQ(a + b, 2);
}

// ---- errors

TEST_ON_LOOP(Gather, throws_the_first_error_and_leaves_the_siblings_running) {
    const auto sibling = create_task(returns(1, 3s)), late = create_task(returns(2, 2s));
    const std::string ending = co_await ending_of(gather(sibling, fails("second", 2s), fails("first", 1s), late));
    EXPECT_EQ(ending, "aio::ValueError: first");
    EXPECT_EQ(now(), 1000);
    EXPECT_FALSE(sibling.done());
    const int value = co_await sibling;
    EXPECT_EQ(value, 1);
}

TEST_ON_LOOP(Gather, does_not_report_the_errors_that_came_after_the_first) {
    const Reports reports;
    const std::string ending = co_await ending_of(gather(fails("first", 1s), fails("second", 2s)));
    co_await aio::sleep(5s);
    EXPECT_EQ(ending, "aio::ValueError: first");
    EXPECT_EQ(reports.text(), "");
}

TEST_ON_LOOP(Gather, reports_its_error_where_nobody_retrieves_it) {
    const Reports reports;
    { auto dropped = gather(fails("boom")); }
    co_await turns(5);
    EXPECT_EQ(reports.text(), "Future exception was never retrieved: aio::ValueError: boom");
}

TEST_ON_LOOP(Gather, ends_with_cancelled_error_when_a_child_is_cancelled_but_is_not_cancelled_itself) {
    const auto child = create_task(forever()), sibling = create_task(forever());
    const auto future = gather(child, sibling);
    co_await turns(1);
    child.cancel();
    const std::string ending = co_await ending_of(future);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_FALSE(sibling.done());
}

TEST_ON_LOOP(Gather, can_give_errors_and_cancellations_as_outcomes) {
    const Reports reports;
    const auto cancelled = create_task(forever());
    cancelled.cancel();
    const auto [value, error, gone, nothing] =
        co_await gather(return_exceptions, returns(1), fails("boom"), cancelled, turns(1));
    EXPECT_EQ(value.value(), 1);
    EXPECT_EQ(aio::describe(error.error()), "aio::ValueError: boom");
    EXPECT_TRUE(gone.cancelled());
    EXPECT_TRUE(nothing.has_value());
    EXPECT_EQ(reports.text(), "");
}

TEST_ON_LOOP(Gather, gives_a_vector_of_outcomes_for_a_range) {
    std::vector<Coroutine<>> coroutines;
    coroutines.push_back(turns(3));
    coroutines.push_back(fails("boom"));
    const auto outcomes = co_await gather(return_exceptions, coroutines);
    EXPECT_TRUE(outcomes[0].has_value());
    EXPECT_FALSE(outcomes[1].has_value());
}

struct Explosive {
    Explosive() = default;
    Explosive(const Explosive&) { throw aio::ValueError("copied"); }
    Explosive(Explosive&&) = default;
    Explosive& operator=(Explosive&&) = default;
};

TEST_ON_LOOP(Gather, fails_where_a_result_cannot_be_copied_out) {
    const auto explosive = []() -> Coroutine<Explosive> { co_return Explosive(); };
    const std::string ending = co_await ending_of(gather(explosive()));
    EXPECT_EQ(ending, "aio::ValueError: copied");
}

// ---- cancelling it

TEST_ON_LOOP(Gather, that_is_cancelled_cancels_its_children_and_ends_when_they_have) {
    Log log;
    const auto child = [&](std::string name, aio::Duration cleanup) -> Coroutine<> {
        co_await ending_of(forever());
        co_await aio::sleep(cleanup);
        log(name);
        throw aio::CancelledError();
    };
    const auto future = gather(return_exceptions, child("a", 2s), child("b", 1s));
    co_await turns(1);
    EXPECT_TRUE(future.cancel());
    EXPECT_FALSE(future.done());
    const std::string ending = co_await ending_of(future);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_EQ(log.text(), "b a");
    EXPECT_EQ(now(), 2000);
    EXPECT_FALSE(future.cancel());
}

TEST_ON_LOOP(Gather, that_is_cancelled_ends_with_the_first_child_that_does) {
    const auto stubborn = []() -> Coroutine<> {
        co_await ending_of(forever());
        co_await aio::sleep(5s);
    };
    const auto future = gather(forever(), stubborn());
    co_await turns(1);
    future.cancel();
    const std::string ending = co_await ending_of(future);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_EQ(now(), 0);
}

TEST_ON_LOOP(Gather, that_is_cancelled_ends_cancelled_though_all_children_refuse) {
    const auto stubborn = []() -> Coroutine<int> {
        co_await ending_of(forever());
        co_return 1;
    };
    const auto future = gather(stubborn(), stubborn());
    co_await turns(1);
    future.cancel();
    const std::string ending = co_await ending_of(future);
    EXPECT_EQ(ending, "aio::CancelledError");
}

TEST_ON_LOOP(Gather, refuses_to_be_cancelled_when_its_children_are_done) {
    const Future<int> child;
    const auto future = gather(child);
    child.set_result(1);
    EXPECT_FALSE(future.cancel());
    const auto [value] = co_await future;
    EXPECT_EQ(value, 1);
}

TEST_ON_LOOP(Gather, of_gathers_passes_a_cancellation_all_the_way_down) {
    const auto inner = create_task(forever());
    const auto outer = gather(gather(gather(inner)));
    co_await turns(1);
    outer.cancel();
    const std::string ending = co_await ending_of(outer);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_TRUE(inner.cancelled());
}

// ---- the end of the loop

TEST(Gather, that_never_ended_is_destroyed_with_the_loop) {
    Counted::reset();
    const auto child = []([[maybe_unused]] Counted argument) -> Coroutine<Counted> {
        co_await forever();
        co_return Counted();
    };
    const auto main = [&]() -> Coroutine<> {
        const Future<> never;
        auto dropped = gather(never, child(Counted()));
        co_await gather(return_exceptions, child(Counted()), never);
    };
    EXPECT_THROW(run_virtually(main()), aio::DeadlockError);
    EXPECT_EQ(Counted::alive(), 0);
}

TEST_ON_LOOP(Gather, that_was_given_what_cannot_be_started_is_never_done) {
    const auto seven = []() -> Coroutine<int> { co_return 7; };
    auto awaited = seven();
    co_await std::move(awaited);
    EXPECT_THROW(gather(seven(), std::move(awaited)), aio::RuntimeError);
    co_await turns(3);  // the first child ends
}

}  // namespace
