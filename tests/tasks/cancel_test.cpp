// Cancellation: where it arrives, what may be done about it, and that nothing is left behind.
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/aio.hpp"
#include "tests/support/counted.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::Future;
using aio::Task;

// ---- where it arrives

Coroutine<> in_a_yield() {
    for (;;) co_await aio::sleep(0s);
}
Coroutine<> in_a_sleep() { co_await aio::sleep(1h); }
Coroutine<> in_a_future() { co_await forever(); }
Coroutine<> in_a_task() { co_await create_task(forever()); }
Coroutine<> in_a_nested_coroutine() { co_await in_a_sleep(); }
Coroutine<> in_a_gather() { co_await aio::gather(in_a_sleep(), in_a_future()); }
Coroutine<> in_a_gather_of_outcomes() { co_await aio::gather(aio::return_exceptions, in_a_sleep(), in_a_future()); }
Coroutine<> in_a_wait() {
    std::vector<Task<>> tasks{create_task(in_a_sleep())};
    co_await aio::wait(tasks);
}
Coroutine<> in_a_wait_for() { co_await aio::wait_for(in_a_future(), 1h); }
Coroutine<> in_a_wait_for_without_limit() { co_await aio::wait_for(in_a_future(), std::nullopt); }
Coroutine<> in_a_shield() { co_await aio::shield(in_a_sleep()); }
Coroutine<> in_as_completed() {
    std::vector<Coroutine<>> coroutines;
    coroutines.push_back(in_a_sleep());
    for (auto next : aio::as_completed(coroutines)) co_await next;
}
Coroutine<> in_a_timeout() {
    const auto block = [] { return in_a_future(); };
    co_await aio::with(aio::timeout(1h), block);
}
Coroutine<> in_a_task_group() {
    const auto block = [](auto& group) -> Coroutine<> {
        group.create_task(in_a_sleep());
        co_return;
    };
    co_await aio::with(aio::TaskGroup(), block);
}
Coroutine<> in_the_block_of_a_task_group() {
    const auto block = [](auto& group) -> Coroutine<> {
        group.create_task(in_a_sleep());
        co_await in_a_future();
    };
    co_await aio::with(aio::TaskGroup(), block);
}
Coroutine<> in_a_semaphore() {
    aio::Semaphore semaphore(0);
    co_await semaphore.acquire();
}
Coroutine<> in_a_scoped_semaphore() {
    aio::Semaphore semaphore(0);
    const auto guard = co_await semaphore.scoped();
}

struct Place {
    const char* name;
    Coroutine<> (*wait)();
    friend void PrintTo(const Place& place, std::ostream* out) { *out << place.name; }
};

class CancelArrives : public testing::TestWithParam<Place> {};

Coroutine<> cancel_there(Place place, int turns_before) {
    Counted::reset();
    const auto waits = [&]() -> Coroutine<> {
        const Counted local;
        co_await place.wait();
        ADD_FAILURE() << "was not cancelled";
    };
    const auto task = create_task(waits);
    co_await turns(turns_before);
    EXPECT_FALSE(task.done());
    EXPECT_TRUE(task.cancel());
    const std::string ending = co_await ending_of(task);
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(Counted::alive(), 0);
    EXPECT_EQ(now(), 0);
}

TEST_P(CancelArrives, while_it_waits) { run_virtually(cancel_there(GetParam(), 4)); }
TEST_P(CancelArrives, one_turn_after_its_start) { run_virtually(cancel_there(GetParam(), 1)); }
TEST_P(CancelArrives, before_its_start) { run_virtually(cancel_there(GetParam(), 0)); }

INSTANTIATE_TEST_SUITE_P(
    Everywhere, CancelArrives,
    testing::Values(Place{"yield", in_a_yield}, Place{"sleep", in_a_sleep}, Place{"future", in_a_future},
                    Place{"task", in_a_task}, Place{"nested_coroutine", in_a_nested_coroutine},
                    Place{"gather", in_a_gather}, Place{"gather_of_outcomes", in_a_gather_of_outcomes},
                    Place{"wait", in_a_wait}, Place{"wait_for", in_a_wait_for},
                    Place{"wait_for_without_limit", in_a_wait_for_without_limit}, Place{"shield", in_a_shield},
                    Place{"as_completed", in_as_completed}, Place{"timeout", in_a_timeout},
                    Place{"task_group", in_a_task_group}, Place{"block_of_a_task_group", in_the_block_of_a_task_group},
                    Place{"semaphore", in_a_semaphore}, Place{"scoped_semaphore", in_a_scoped_semaphore}),
    [](const auto& place) { return std::string(place.param.name); });

// ---- when it arrives

TEST_ON_LOOP(Cancel, before_the_first_step_ends_a_task_that_never_runs) {
    Log log;
    const auto body = [&]() -> Coroutine<> {
        log("ran");
        co_return;
    };
    const auto task = create_task(body());
    EXPECT_TRUE(task.cancel());
    EXPECT_FALSE(task.done());
    co_await turns(1);
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(log.text(), "");
}

TEST_ON_LOOP(Cancel, of_a_task_that_is_done_is_refused) {
    const auto task = create_task(turns(0));
    co_await task;
    EXPECT_FALSE(task.cancel());
    EXPECT_FALSE(task.cancelled());
    EXPECT_EQ(task.cancelling(), 0u);
}

TEST_ON_LOOP(Cancel, beats_a_result_that_came_in_the_same_turn) {
    const Future<int> future;
    const auto task = create_task(ending_of(future));
    co_await turns(1);
    future.set_result(1);
    task.cancel();
    const std::string ending = co_await task;
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_EQ(future.result(), 1);
}

TEST_ON_LOOP(Cancel, beats_a_sleep_that_is_over_in_the_same_turn) {
    std::string ending;
    const auto sleeps = [&]() -> Coroutine<> { ending = co_await ending_of(aio::sleep(1s)); };
    const auto task = create_task(sleeps);
    co_await turns(1);
    aio::get_running_loop().call_later(1s, [&] { task.cancel(); });
    co_await task;
    EXPECT_EQ(ending, "aio::CancelledError");
}

TEST_ON_LOOP(Cancel, of_oneself_arrives_at_the_next_await) {
    Log log;
    const auto body = [&]() -> Coroutine<> {
        aio::current_task().cancel();
        log("still-running");
        const std::string ending = co_await ending_of(aio::sleep(1h));
        log(ending);
        co_await turns(1);
        log("and-on");
    };
    co_await create_task(body);
    EXPECT_EQ(log.text(), "still-running aio::CancelledError and-on");
    EXPECT_EQ(now(), 0);
}

TEST_ON_LOOP(Cancel, of_oneself_passes_by_what_need_not_wait) {
    Log log;
    const auto body = [&]() -> Coroutine<> {
        aio::current_task().cancel();
        const Future<> done;
        done.set_result();
        co_await done;
        log("passed");
        co_await turns(1);
        log("never");
    };
    const std::string ending = co_await ending_of(create_task(body));
    EXPECT_EQ(log.text(), "passed");
    EXPECT_EQ(ending, "aio::CancelledError");
}

TEST_ON_LOOP(Cancel, of_oneself_before_the_end_makes_a_cancelled_task) {
    const auto returns = []() -> Coroutine<int> {
        aio::current_task().cancel();
        co_return 1;
    };
    const auto throws = []() -> Coroutine<int> {
        aio::current_task().cancel();
        throw aio::ValueError("boom");
        co_return 1;
    };
    const auto returned = create_task(returns), threw = create_task(throws);
    co_await turns(1);
    EXPECT_EQ(state_of(returned), "cancelled");
    EXPECT_EQ(state_of(threw), "aio::ValueError: boom");
}

TEST_ON_LOOP(Cancel, thrown_by_the_program_itself_makes_a_cancelled_task) {
    const auto body = []() -> Coroutine<> {
        throw aio::CancelledError();
        co_return;
    };
    const auto task = create_task(body);
    co_await turns(1);
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(task.cancelling(), 0u);
}

TEST_ON_LOOP(Cancel, twice_in_a_turn_arrives_once_but_counts_twice) {
    int arrived = 0;
    const auto body = [&]() -> Coroutine<> {
        for (int i = 0; i < 3; ++i) {
            const std::string ending = co_await ending_of(aio::sleep(1s));
            arrived += ending == "aio::CancelledError";
        }
    };
    const auto task = create_task(body);
    co_await turns(1);
    task.cancel();
    task.cancel();
    EXPECT_EQ(task.cancelling(), 2u);
    co_await task;
    EXPECT_EQ(arrived, 1);
}

// ---- what may be done about it

TEST_ON_LOOP(Cancel, may_be_refused) {
    const auto body = []() -> Coroutine<int> {
        co_await ending_of(aio::sleep(1h));
        co_return 7;
    };
    const auto task = create_task(body);
    co_await turns(1);
    task.cancel();
    const int value = co_await task;
    EXPECT_EQ(value, 7);
    EXPECT_FALSE(task.cancelled());
    EXPECT_EQ(task.cancelling(), 1u);
}

TEST_ON_LOOP(Cancel, is_not_caught_as_an_ordinary_exception) {
    Log log;
    const auto body = [&]() -> Coroutine<> {
        try {
            co_await forever();
        } catch (const std::exception&) { log("swallowed"); }
    };
    const auto task = create_task(body);
    co_await turns(1);
    task.cancel();
    co_await turns(1);
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(log.text(), "");
}

TEST_ON_LOOP(Cancel, may_be_answered_with_another_exception) {
    const auto body = []() -> Coroutine<> {
        co_await ending_of(forever());
        throw aio::ValueError("instead");
    };
    const auto task = create_task(body);
    co_await turns(1);
    task.cancel();
    const std::string ending = co_await ending_of(task);
    EXPECT_EQ(ending, "aio::ValueError: instead");
}

TEST_ON_LOOP(Cancel, waits_for_a_cleanup_that_awaits_and_can_itself_be_cancelled) {
    Log log;
    const auto body = [&]() -> Coroutine<> {
        const std::string first = co_await ending_of(forever());
        log("cleanup");
        const std::string second = co_await ending_of(aio::sleep(1h));
        log("hurry");
        EXPECT_EQ(first, "aio::CancelledError");
        EXPECT_EQ(second, "aio::CancelledError");
        throw aio::CancelledError();
    };
    const auto task = create_task(body);
    co_await turns(1);
    task.cancel();
    co_await turns(3);
    EXPECT_FALSE(task.done());
    task.cancel();
    co_await turns(1);
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(log.text(), "cleanup hurry");
}

TEST_ON_LOOP(Cancel, destroys_locals_the_innermost_first) {
    Log log;
    const auto inner = [&]() -> Coroutine<> {
        const Farewell farewell(log, "inner");
        co_await forever();
    };
    const auto outer = [&]() -> Coroutine<> {
        const Farewell farewell(log, "outer");
        co_await inner();
    };
    const auto task = create_task(outer);
    co_await turns(1);
    task.cancel();
    co_await turns(1);
    EXPECT_EQ(log.text(), "inner outer");
}

TEST_ON_LOOP(Cancel, leaves_no_timer_behind) {
    aio::EventLoop& loop = aio::get_running_loop();
    const auto task = create_task(in_a_wait_for());
    co_await turns(2);
    EXPECT_FALSE(loop.timers().empty());
    task.cancel();
    co_await turns(5);
    EXPECT_TRUE(task.cancelled());
    EXPECT_TRUE(loop.timers().empty());
}

// ---- passed on

TEST_ON_LOOP(Cancel, is_passed_on_to_the_task_that_is_awaited) {
    const auto inner = create_task(forever(), "inner");
    const auto waits = [&]() -> Coroutine<> { co_await inner; };
    const auto outer = create_task(waits);
    co_await turns(1);
    outer.cancel();
    EXPECT_EQ(outer.cancelling(), 1u);
    EXPECT_EQ(inner.cancelling(), 1u);
    co_await turns(1);
    EXPECT_TRUE(inner.cancelled());
    EXPECT_FALSE(outer.done());
    co_await turns(1);
    EXPECT_TRUE(outer.cancelled());
}

TEST_ON_LOOP(Cancel, is_over_for_the_outer_task_when_the_inner_one_refuses) {
    const auto stubborn = []() -> Coroutine<int> {
        co_await ending_of(forever());
        co_return 7;
    };
    const auto outer = create_task(aio::wait_for(stubborn(), std::nullopt));
    co_await turns(1);
    outer.cancel();
    const int value = co_await outer;
    EXPECT_EQ(value, 7);
    EXPECT_EQ(outer.cancelling(), 1u);
}

TEST_ON_LOOP(Cancel, of_an_awaited_task_reaches_who_awaits_it_but_does_not_count_there) {
    const auto inner = create_task(forever());
    const auto outer = create_task(ending_of(inner));
    co_await turns(1);
    inner.cancel();
    const std::string ending = co_await outer;
    EXPECT_EQ(ending, "aio::CancelledError");
    EXPECT_EQ(outer.cancelling(), 0u);
}

// ---- counts

TEST_ON_LOOP(Cancel, can_be_taken_back_as_often_as_it_was_asked_for) {
    const auto task = create_task(forever());
    EXPECT_EQ(task.uncancel(), 0u);
    task.cancel();
    task.cancel();
    EXPECT_EQ(task.uncancel(), 1u);
    EXPECT_EQ(task.cancelling(), 1u);
    EXPECT_EQ(task.uncancel(), 0u);
    EXPECT_EQ(task.uncancel(), 0u);
    co_await turns(1);
    EXPECT_TRUE(task.cancelled());  // taking back the count does not take back the cancellation: as in 3.11
}

}  // namespace
