#include "runtime/coroutine/coroutine.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/counted.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;

// ---- values

Coroutine<int> number(int n) { co_return n; }
Coroutine<int&> reference(int& n) { co_return n; }
Coroutine<const std::string&> constant(const std::string& text) { co_return text; }
Coroutine<std::unique_ptr<int>> unique(std::unique_ptr<int> value) {
    *value += 1;
    co_return value;
}
Coroutine<std::string> converted() { co_return "text"; }
Coroutine<Counted> counted() { co_return Counted(3); }

TEST_ON_LOOP(Coroutine, returns_values_references_and_what_can_only_be_moved) {
    int n = 1;
    int& same = co_await reference(n);
    EXPECT_EQ(&same, &n);
    const std::string text = "x";
    const std::string& same_text = co_await constant(text);
    EXPECT_EQ(&same_text, &text);
    const int two = co_await number(2);
    EXPECT_EQ(two, 2);
    const std::unique_ptr<int> three = co_await unique(std::make_unique<int>(2));
    EXPECT_EQ(*three, 3);
    const std::string word = co_await converted();
    EXPECT_EQ(word, "text");
}

TEST_ON_LOOP(Coroutine, moves_its_result_and_never_copies_it) {
    Counted::reset();
    const Counted result = co_await counted();
    EXPECT_EQ(result.value, 3);
    EXPECT_EQ(Counted::copied, 0);
}

// ---- order

Coroutine<> says(Log& log, std::string word) {
    log(word);
    co_return;
}

TEST_ON_LOOP(Coroutine, runs_nothing_before_it_is_awaited) {
    Log log;
    Coroutine<> b = says(log, "b");
    log("a");
    co_await b;
    log("c");
    EXPECT_EQ(log.text(), "a b c");
}

TEST_ON_LOOP(Coroutine, runs_in_place_with_no_trip_through_the_loop) {
    Log log;
    aio::get_running_loop().call_soon([&] { log("loop"); });
    for (const char* word : {"a", "b", "c"}) co_await says(log, word);
    EXPECT_EQ(log.text(), "a b c");
    co_await turns(1);
    EXPECT_EQ(log.text(), "a b c loop");
}

// ---- exceptions

Coroutine<> fails(Log& log, int depth) {
    const Farewell farewell(log, std::to_string(depth));
    if (depth == 0) throw std::runtime_error("boom");
    co_await fails(log, depth - 1);
    log("never");
}

TEST_ON_LOOP(Coroutine, lets_an_exception_through_and_destroys_its_locals_the_innermost_first) {
    Log log;
    const std::string ending = co_await ending_of(fails(log, 3));
    EXPECT_EQ(ending, "std::runtime_error: boom");
    EXPECT_EQ(log.text(), "0 1 2 3");
}

TEST_ON_LOOP(Coroutine, may_catch_what_it_awaits_and_go_on_awaiting) {
    Log log;
    try {
        co_await fails(log, 0);
    } catch (const std::runtime_error&) { log("caught"); }
    co_await says(log, "and on");
    EXPECT_EQ(log.text(), "0 caught and on");
}

Coroutine<Counted> fails_to_return() {
    const Counted local;
    throw std::runtime_error("boom");
    co_return local;
}

TEST_ON_LOOP(Coroutine, that_throws_has_no_value_to_destroy) {
    Counted::reset();
    const std::string ending = co_await ending_of(fails_to_return());
    EXPECT_EQ(ending, "std::runtime_error: boom");
    EXPECT_EQ(Counted::constructed, 1);
    EXPECT_EQ(Counted::destroyed, 1);
}

struct Explosive {
    Explosive() = default;
    Explosive(Explosive&&) { throw std::runtime_error("moved"); }
};

Coroutine<Explosive> explodes() {
    Explosive local;
    co_return local;
}

TEST_ON_LOOP(Coroutine, hands_on_the_exception_of_its_results_constructor) {
    const std::string ending = co_await ending_of(explodes());
    EXPECT_EQ(ending, "std::runtime_error: moved");
}

// ---- bad input

TEST_ON_LOOP(Coroutine, cannot_be_awaited_twice) {
    Coroutine<int> coroutine = number(1);
    co_await coroutine;
    std::string ending;
    try {
        co_await coroutine;
    } catch (const aio::RuntimeError& error) { ending = error.what(); }
    EXPECT_EQ(ending, "cannot reuse already awaited coroutine");
}

TEST_ON_LOOP(Coroutine, cannot_be_awaited_by_two_tasks_at_once) {
    Coroutine<> shared = turns(3);
    const auto waits = [&]() -> Coroutine<> { co_await shared; };
    const auto first = aio::create_task(waits);
    const std::string second = co_await ending_of(aio::create_task(waits));
    EXPECT_EQ(second, "aio::RuntimeError: cannot reuse already awaited coroutine");
    co_await first;
}

TEST_ON_LOOP(Coroutine, that_awaits_itself_gets_an_error) {
    std::unique_ptr<Coroutine<>> self;
    const auto awaits_itself = [&]() -> Coroutine<> { co_await *self; };
    self = std::make_unique<Coroutine<>>(awaits_itself());
    const std::string ending = co_await ending_of(aio::create_task(std::move(*self)));
    EXPECT_EQ(ending, "aio::RuntimeError: cannot reuse already awaited coroutine");
}

TEST_ON_LOOP(Coroutine, that_was_moved_from_cannot_be_awaited) {
    Coroutine<int> from = number(1);
    Coroutine<int> to = std::move(from);
    const std::string ending = co_await ending_of(std::move(from));
    EXPECT_EQ(ending, "aio::RuntimeError: cannot reuse already awaited coroutine");
    const int one = co_await to;
    EXPECT_EQ(one, 1);
}

TEST_ON_LOOP(Coroutine, that_was_never_awaited_is_reported) {
    const Reports reports;
    { Coroutine<int> forgotten = number(1); }
    EXPECT_EQ(reports.text(), "coroutine 'number' was never awaited");
    co_return;
}

TEST(Coroutine, that_was_never_awaited_is_reported_where_no_loop_runs) {
    testing::internal::CaptureStderr();
    { Coroutine<int> forgotten = number(1); }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "coroutine 'number' was never awaited\n");
}

TEST_ON_LOOP(Coroutine, that_is_replaced_before_it_ran_is_reported) {
    const Reports reports;
    Coroutine<int> coroutine = number(1);
    coroutine = number(2);
    EXPECT_EQ(reports.text(), "coroutine 'number' was never awaited");
    const int two = co_await coroutine;
    EXPECT_EQ(two, 2);
}

// ---- construction and destruction, on every path

Coroutine<> inner(Log& log, bool fail, bool wait) {
    const Farewell farewell(log, "inner");
    const Counted local;
    if (fail) throw std::runtime_error("boom");
    if (wait) co_await forever();
}

Coroutine<> outer(Log& log, [[maybe_unused]] Counted argument, bool fail = false, bool wait = false) {
    const Farewell farewell(log, "outer");
    const Counted local;
    co_await inner(log, fail, wait);
}

class CoroutineLife : public testing::Test {
  protected:
    CoroutineLife() { Counted::reset(); }
    ~CoroutineLife() override {
        EXPECT_EQ(Counted::alive(), 0);
        EXPECT_GT(Counted::destroyed, 0);
    }
    Log log;
};

TEST_F(CoroutineLife, never_awaited) {
    testing::internal::CaptureStderr();
    { Coroutine<> forgotten = outer(log, Counted()); }
    testing::internal::GetCapturedStderr();
    EXPECT_EQ(log.text(), "");
}

TEST_F(CoroutineLife, finished) {
    run_virtually(outer(log, Counted()));
    EXPECT_EQ(log.text(), "inner outer");
}

TEST_F(CoroutineLife, thrown) {
    EXPECT_THROW(run_virtually(outer(log, Counted(), true)), std::runtime_error);
    EXPECT_EQ(log.text(), "inner outer");
}

TEST_F(CoroutineLife, cancelled_before_the_first_step) {
    const auto main = [&]() -> Coroutine<> {
        const auto task = aio::create_task(outer(log, Counted()));
        task.cancel();
        co_await turns(1);
        EXPECT_TRUE(task.cancelled());
        EXPECT_EQ(Counted::alive(), 0);  // its handle does not keep its frame
    };
    run_virtually(main());
    EXPECT_EQ(log.text(), "");
}

TEST_F(CoroutineLife, cancelled_while_it_waits) {
    const auto main = [&]() -> Coroutine<> {
        const auto task = aio::create_task(outer(log, Counted(), false, true));
        co_await turns(1);
        EXPECT_EQ(Counted::alive(), 3);
        task.cancel();
        co_await turns(1);
        EXPECT_TRUE(task.cancelled());
        EXPECT_EQ(Counted::alive(), 0);
    };
    run_virtually(main());
    EXPECT_EQ(log.text(), "inner outer");
}

TEST_F(CoroutineLife, still_waiting_when_the_loop_ends) {
    {
        aio::Runner runner(aio::ClockKind::virtual_time);
        EXPECT_THROW(runner.run(outer(log, Counted(), false, true)), aio::DeadlockError);
        EXPECT_EQ(Counted::alive(), 3);
    }
    EXPECT_EQ(log.text(), "inner outer");
}

TEST_F(CoroutineLife, awaited_under_a_name_that_lives_on) {
    const auto main = [&]() -> Coroutine<> {
        Coroutine<> named = outer(log, Counted());
        co_await named;
        EXPECT_EQ(Counted::alive(), 0);
    };
    run_virtually(main());
}

TEST_F(CoroutineLife, its_handle_is_dropped_while_it_waits) {
    const auto main = [&]() -> Coroutine<> {
        auto handle = std::make_unique<Coroutine<>>(outer(log, Counted(), false, true));
        const auto waits = [&]() -> Coroutine<> { co_await *handle; };
        const auto task = aio::create_task(waits);
        co_await turns(1);
        handle = nullptr;
        EXPECT_EQ(Counted::alive(), 3);
        task.cancel();
        co_await turns(1);
        EXPECT_EQ(Counted::alive(), 0);
    };
    run_virtually(main());
    EXPECT_EQ(log.text(), "inner outer");
}

TEST_F(CoroutineLife, its_handle_outlives_the_loop_in_which_it_waits) {
    Coroutine<> handle = outer(log, Counted(), false, true);
    const auto main = [&]() -> Coroutine<> { co_await handle; };
    EXPECT_THROW(run_virtually(main()), aio::DeadlockError);
    EXPECT_EQ(Counted::alive(), 0);
    EXPECT_EQ(log.text(), "inner outer");
}

TEST_F(CoroutineLife, several_tasks_still_waiting_when_the_loop_ends) {
    const auto waits = [](Log& lives, std::string name, Counted) -> Coroutine<> {
        const Farewell farewell(lives, name);
        co_await forever();
    };
    {
        aio::Runner runner(aio::ClockKind::virtual_time);
        const auto main = [&]() -> Coroutine<> {
            const auto a = aio::create_task(waits(log, "a", Counted()));
            const auto b = aio::create_task(waits(log, "b", Counted()));
            const Farewell farewell(log, "main");
            co_await forever();
        };
        EXPECT_THROW(runner.run(main()), aio::DeadlockError);
    }
    EXPECT_EQ(log.text(), "main a b");  // in order of creation
}

TEST_F(CoroutineLife, made_a_task_that_the_loop_never_gets_to_run) {
    testing::internal::CaptureStderr();
    {
        aio::Runner runner(aio::ClockKind::virtual_time);
        const auto main = [&]() -> Coroutine<> {
            aio::get_running_loop().stop();  // as no program should
            aio::create_task(outer(log, Counted()));
            co_return;
        };
        runner.finish(main());
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_EQ(log.text(), "");
}

TEST_F(CoroutineLife, made_here_and_run_in_another_thread) {
    Coroutine<> coroutine = outer(log, Counted());
    std::thread([&] { run_virtually(std::move(coroutine)); }).join();
    EXPECT_EQ(log.text(), "inner outer");
}

}  // namespace
