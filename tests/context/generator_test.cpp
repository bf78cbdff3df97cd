#include "runtime/context/generator.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/tasks/gather.hpp"
#include "runtime/tasks/wait.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/counted.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::AsyncGenerator;
using aio::Coroutine;
using aio::create_task;
using aio::GeneratorExit;

AsyncGenerator<int> counts(int end) {
    for (int i = 0; i < end; ++i) co_yield i;
}

/// Waits a second before each item; `log` sees how it ends.
AsyncGenerator<int> slow(Log& log, int end) {
    try {
        for (int i = 0; i < end; ++i) {
            co_await aio::sleep(1s);
            co_yield i;
        }
        log("ended");
    } catch (...) {
        log(aio::describe(std::current_exception()));
        throw;
    }
}

TEST_ON_LOOP(Generator, yields_one_item_a_call_and_then_nothing) {
    auto g = counts(2);
    EXPECT_EQ(co_await g.next(), 0);
    EXPECT_EQ(co_await g.next(), 1);
    EXPECT_EQ(co_await g.next(), std::nullopt);
    EXPECT_EQ(co_await g.next(), std::nullopt);
}

TEST_ON_LOOP(Generator, runs_nothing_before_the_first_next) {
    Log log;
    const auto logs = [&]() -> AsyncGenerator<int> {
        log("started");
        co_yield 1;
    };
    auto g = logs();
    EXPECT_EQ(log.text(), "");
    co_await g.next();
    EXPECT_EQ(log.text(), "started");
}

TEST_ON_LOOP(Generator, what_it_awaits_the_iterating_task_awaits) {
    Log log;
    auto g = slow(log, 3);
    int sum = 0;
    while (auto x = co_await g.next()) sum += *x;
    EXPECT_EQ(sum, 3);
    EXPECT_EQ(now(), 3000);
    EXPECT_EQ(log.text(), "ended");
}

TEST_ON_LOOP(Generator, may_be_iterated_by_one_task_after_the_other) {
    auto g = counts(3);
    const auto sum = [&](int items) -> Coroutine<int> {
        int total = 0;
        for (int i = 0; i < items; ++i) total += *co_await g.next();
        co_return total;
    };
    EXPECT_EQ(co_await create_task(sum(2)), 1);
    EXPECT_EQ(co_await create_task(sum(1)), 2);
}

// ---- Items

TEST_ON_LOOP(Generator, moves_what_it_may_move_and_copies_the_rest) {
    Counted::reset();
    const auto yields = []() -> AsyncGenerator<Counted> {
        Counted kept(1);
        co_yield kept;
        EXPECT_EQ(kept.value, 1);
        co_yield std::move(kept);
    };
    {
        auto g = yields();
        EXPECT_EQ((co_await g.next())->value, 1);
        EXPECT_EQ((co_await g.next())->value, 1);
        EXPECT_EQ(co_await g.next(), std::nullopt);
    }
    EXPECT_EQ(Counted::copied, 1);
    EXPECT_EQ(Counted::alive(), 0);
}

TEST_ON_LOOP(Generator, yields_what_can_only_be_moved) {
    const auto yields = []() -> AsyncGenerator<std::unique_ptr<int>> { co_yield std::make_unique<int>(7); };
    auto g = yields();
    const auto item = co_await g.next();
    EXPECT_EQ(**item, 7);
}

TEST_ON_LOOP(Generator, gives_a_pointer_for_a_reference) {
    std::vector<int> numbers{1, 2, 3};
    const auto each = [&]() -> AsyncGenerator<int&> {
        for (int& number : numbers) co_yield number;
    };
    auto g = each();
    while (int* number = co_await g.next()) *number *= 10;
    EXPECT_EQ(numbers, (std::vector<int>{10, 20, 30}));
}

struct ThrowsWhenCopied {
    ThrowsWhenCopied() = default;
    ThrowsWhenCopied(const ThrowsWhenCopied&) { throw aio::ValueError("copied"); }
};

TEST_ON_LOOP(Generator, an_item_that_fails_to_be_copied_fails_at_the_yield) {
    std::string seen;
    const auto yields = [&]() -> AsyncGenerator<ThrowsWhenCopied> {
        const ThrowsWhenCopied item;
        try {
            co_yield item;
        } catch (const aio::ValueError& error) { seen = error.what(); }
    };
    auto g = yields();
    EXPECT_FALSE((co_await g.next()).has_value());
    EXPECT_EQ(seen, "copied");
}

// ---- Exceptions

TEST_ON_LOOP(Generator, is_finished_when_an_exception_leaves_it) {
    const auto fails = []() -> AsyncGenerator<int> {
        co_yield 1;
        throw aio::ValueError("e1");
    };
    auto g = fails();
    co_await g.next();
    EXPECT_EQ(co_await ending_of(g.next()), "aio::ValueError: e1");
    EXPECT_EQ(co_await g.next(), std::nullopt);
    co_await g.aclose();
}

TEST_ON_LOOP(Generator, athrow_throws_at_the_yield_and_gives_the_next_item) {
    const auto catches = []() -> AsyncGenerator<std::string> {
        std::string text = "started";
        for (;;) {
            try {
                co_yield text;
            } catch (const aio::ValueError& error) { text = error.what(); }
        }
    };
    auto g = catches();
    EXPECT_EQ(co_await g.next(), "started");
    EXPECT_EQ(co_await g.athrow(std::make_exception_ptr(aio::ValueError("e1"))), "e1");
    EXPECT_EQ(co_await ending_of(g.athrow(std::make_exception_ptr(aio::TimeoutError()))),
              "aio::TimeoutError: timed out");
    // Nothing is left to throw it at.
    EXPECT_EQ(co_await g.athrow(std::make_exception_ptr(aio::ValueError("e2"))), std::nullopt);
}

TEST_ON_LOOP(Generator, athrow_before_the_first_next_runs_nothing_of_it) {
    Counted::reset();
    const auto never_runs = [](Counted) -> AsyncGenerator<int> {
        ADD_FAILURE() << "it ran";
        co_yield 1;
    };
    {
        Counted argument;
        auto g = never_runs(argument);
        EXPECT_EQ(co_await ending_of(g.athrow(std::make_exception_ptr(aio::ValueError("e1")))), "aio::ValueError: e1");
        EXPECT_EQ(co_await g.next(), std::nullopt);
    }
    EXPECT_EQ(Counted::alive(), 0);
}

TEST_ON_LOOP(Generator, a_cancellation_reaches_what_it_awaits) {
    Log log;
    auto g = slow(log, 3);
    const auto iterates = [&]() -> Coroutine<> {
        while (auto x = co_await g.next()) log(std::to_string(*x));
    };
    const auto task = create_task(iterates);
    co_await aio::sleep(1500ms);
    task.cancel();
    EXPECT_EQ(co_await ending_of(task), "aio::CancelledError");
    EXPECT_EQ(log.text(), "0 aio::CancelledError");
    EXPECT_EQ(co_await g.next(), std::nullopt);
}

TEST_ON_LOOP(Generator, a_timeout_ends_it_where_it_waits) {
    Log log;
    auto g = slow(log, 1);
    EXPECT_EQ(co_await ending_of(aio::wait_for(g.next(), 500ms)), "aio::TimeoutError: timed out");
    EXPECT_EQ(log.text(), "aio::CancelledError");
}

// ---- aclose

AsyncGenerator<int> leaves_slowly(aio::Duration time) {
    bool closed = false;
    try {
        co_yield 1;
    } catch (const GeneratorExit&) { closed = true; }
    if (closed) co_await aio::sleep(time);
}
AsyncGenerator<int> fails_when_closed() {
    try {
        co_yield 1;
    } catch (const GeneratorExit&) { throw aio::ValueError("e1"); }
}

TEST_ON_LOOP(Generator, aclose_throws_GeneratorExit_at_the_yield) {
    Log log;
    auto g = slow(log, 3);
    co_await g.next();
    co_await g.aclose();
    EXPECT_EQ(log.text(), "aio::GeneratorExit");
    EXPECT_EQ(co_await g.next(), std::nullopt);
    co_await g.aclose();
}

TEST_ON_LOOP(Generator, aclose_of_one_not_started_runs_nothing_of_it) {
    Log log;
    auto g = slow(log, 3);
    co_await g.aclose();
    EXPECT_EQ(co_await g.next(), std::nullopt);
    EXPECT_EQ(log.text(), "");
}

TEST_ON_LOOP(Generator, aclose_waits_for_what_it_awaits_on_its_way_out) {
    auto g = leaves_slowly(2s);
    co_await g.next();
    co_await g.aclose();
    EXPECT_EQ(now(), 2000);
}

TEST_ON_LOOP(Generator, an_aclose_that_is_cancelled_leaves_a_generator_that_has_ended) {
    auto g = leaves_slowly(1h);
    co_await g.next();
    EXPECT_EQ(co_await ending_of(aio::wait_for(g.aclose(), 1s)), "aio::TimeoutError: timed out");
    EXPECT_EQ(co_await g.next(), std::nullopt);  // in 3.11.2 a RuntimeError: "already running"
}

TEST_ON_LOOP(Generator, aclose_throws_what_the_generator_throws_instead) {
    auto g = fails_when_closed();
    co_await g.next();
    EXPECT_EQ(co_await ending_of(g.aclose()), "aio::ValueError: e1");
}

TEST_ON_LOOP(Generator, a_yield_after_GeneratorExit_is_an_error) {
    const auto ignores = []() -> AsyncGenerator<int> {
        for (int i = 0;; ++i) {
            try {
                co_yield i;
            } catch (const GeneratorExit&) {}
        }
    };
    auto g = ignores();
    co_await g.next();
    const std::string ignored = "aio::RuntimeError: async generator ignored GeneratorExit";
    EXPECT_EQ(co_await ending_of(g.aclose()), ignored);
    EXPECT_EQ(co_await ending_of(g.aclose()), ignored);  // CPython raises StopAsyncIteration in both
    EXPECT_EQ(co_await ending_of(g.athrow(std::make_exception_ptr(aio::ValueError("e1")))), ignored);
    EXPECT_EQ(co_await g.next(), 2);
}

TEST_ON_LOOP(Generator, is_for_one_task_at_a_time) {
    Log log;
    auto g = slow(log, 1);
    const auto first = create_task(g.next());
    co_await turns(1);
    const std::string running = "aio::RuntimeError: asynchronous generator is already running";
    EXPECT_EQ(co_await ending_of(g.next()), running);
    EXPECT_EQ(co_await ending_of(g.aclose()), running);
    EXPECT_EQ(co_await ending_of(g.athrow(std::make_exception_ptr(aio::ValueError("e1")))), running);
    EXPECT_EQ(co_await first, 0);
}

TEST_ON_LOOP(Generator, cannot_iterate_itself) {
    std::unique_ptr<AsyncGenerator<int>> g;
    const auto iterates_itself = [&]() -> AsyncGenerator<int> { co_yield *co_await g->next(); };
    g = std::make_unique<AsyncGenerator<int>>(iterates_itself());
    EXPECT_EQ(co_await ending_of(g->next()), "aio::RuntimeError: asynchronous generator is already running");
}

TEST_ON_LOOP(Generator, one_that_was_moved_away_says_so) {
    auto g = counts(2);
    co_await g.next();
    auto other = std::move(g);
    EXPECT_EQ(thrown_by([&] { static_cast<void>(g.next()); }), "aio::RuntimeError: this generator was moved away");
    EXPECT_EQ(co_await other.next(), 1);
}

TEST_ON_LOOP(Generator, may_be_moved_while_a_task_is_inside) {
    Log log;
    auto g = slow(log, 2);
    const auto first = create_task(g.next());
    co_await turns(1);
    auto other = std::move(g);
    EXPECT_EQ(co_await first, 0);
    EXPECT_EQ(co_await other.next(), 1);
}

// ---- Dropped

/// Yields once, and says when it is closed and when that is done, and how it is destroyed.
AsyncGenerator<int> tells_how_it_leaves(Log& log) {
    const Farewell farewell(log, "destroyed");
    bool closed = false;
    try {
        co_yield 1;
    } catch (const GeneratorExit&) { closed = true; }
    if (!closed) co_return;
    log("closing");
    co_await aio::sleep(1s);
    log("closed-by " + aio::current_task().get_name());
}

TEST_ON_LOOP(Generator, dropped_half_way_its_loop_closes_it_in_a_task) {
    Log log;
    {
        auto g = tells_how_it_leaves(log);
        co_await g.next();
    }
    EXPECT_EQ(log.text(), "");
    co_await aio::sleep(2s);
    EXPECT_EQ(log.text(), "closing closed-by Task-2 destroyed");
    EXPECT_EQ(aio::all_tasks().size(), 1u);
}

TEST_ON_LOOP(Generator, replaced_half_way_by_another_its_loop_closes_it) {
    Log log;
    auto g = tells_how_it_leaves(log);
    co_await g.next();
    g = counts(2);
    EXPECT_EQ(co_await g.next(), 0);
    co_await aio::sleep(2s);
    EXPECT_EQ(log.text(), "closing closed-by Task-2 destroyed");
    EXPECT_EQ(co_await g.next(), 1);
}

TEST_ON_LOOP(Generator, dropped_unstarted_or_at_its_end_it_is_just_destroyed) {
    Counted::reset();
    const auto holds = [](Counted) -> AsyncGenerator<int> { co_yield 1; };
    static_cast<void>(holds(Counted()));
    EXPECT_EQ(Counted::alive(), 0);
    {
        auto g = holds(Counted());
        while (auto x = co_await g.next()) {}
    }
    EXPECT_EQ(Counted::alive(), 0);
    co_await turns(2);
    EXPECT_EQ(aio::all_tasks().size(), 1u);
    EXPECT_EQ(create_task(turns(0)).get_name(), "Task-2");
}

TEST_ON_LOOP(Generator, dropped_while_a_task_is_inside_it_lives_on_until_it_yields) {
    Log log;
    auto g = std::make_unique<AsyncGenerator<int>>(slow(log, 3));
    const auto inside = create_task(g->next());
    co_await turns(1);
    g.reset();
    EXPECT_EQ(co_await inside, 0);
    EXPECT_EQ(log.text(), "");
    co_await turns(2);
    EXPECT_EQ(log.text(), "aio::GeneratorExit");
}

TEST_ON_LOOP(Generator, dropped_while_a_task_is_inside_it_may_end_there) {
    Log log;
    auto g = std::make_unique<AsyncGenerator<int>>(slow(log, 1));
    co_await g->next();
    const auto inside = create_task(g->next());
    co_await turns(1);
    g.reset();
    EXPECT_EQ(co_await inside, std::nullopt);
    EXPECT_EQ(log.text(), "ended");

    auto cancelled = std::make_unique<AsyncGenerator<int>>(slow(log, 1));
    const auto task = create_task(cancelled->next());
    co_await turns(1);
    cancelled.reset();
    task.cancel();
    EXPECT_EQ(co_await ending_of(task), "aio::CancelledError");
    EXPECT_EQ(log.text(), "ended aio::CancelledError");
}

TEST_ON_LOOP(Generator, an_error_while_a_dropped_one_is_closed_is_reported) {
    const Reports reports;
    {
        auto g = fails_when_closed();
        co_await g.next();
    }
    co_await turns(3);
    EXPECT_EQ(reports.text(), "Task exception was never retrieved (Task-2): aio::ValueError: e1");
}

TEST_ON_LOOP(Generator, one_that_ignores_GeneratorExit_is_destroyed_when_dropped) {
    const Reports reports;
    Counted::reset();
    const auto ignores = [](Counted) -> AsyncGenerator<int> {
        for (;;) {
            try {
                co_yield 1;
            } catch (const GeneratorExit&) {}
        }
    };
    {
        auto g = ignores(Counted());
        co_await g.next();
    }
    co_await turns(3);
    EXPECT_EQ(Counted::alive(), 0);
    EXPECT_EQ(reports.text(),
              "Task exception was never retrieved (Task-2): aio::RuntimeError: async generator ignored GeneratorExit");
}

// ---- The end of the loop

/// What becomes of generators whose handles outlive the loop.
template <class F> std::string log_of(F main) {
    Log log;
    std::vector<AsyncGenerator<int>> generators;
    run_virtually(main(log, generators));
    log("|");
    generators.clear();
    return log.text();
}

TEST(GeneratorAtTheEnd, run_closes_those_that_are_suspended_in_order_of_first_iteration) {
    const auto main = [](Log& log, auto& generators) -> Coroutine<> {
        const auto named = [](Log& to, std::string name) -> AsyncGenerator<int> {
            const Farewell farewell(to, name + "-left-in-" + "its-order");
            bool closed = false;
            try {
                co_yield 1;
            } catch (const GeneratorExit&) { closed = true; }
            if (closed) to(name + "-closed-by-" + aio::current_task().get_name());
        };
        for (const char* name : {"a", "b", "c", "d"}) generators.push_back(named(log, name));
        co_await generators[2].next();
        co_await generators[0].next();
        while (auto x = co_await generators[3].next()) {}  // at its end
    };
    EXPECT_EQ(log_of(main),
              "d-left-in-its-order c-closed-by-Task-3 c-left-in-its-order a-closed-by-Task-4 a-left-in-its-order |");
}

// Its code could refer to what has ended with main.
TEST(GeneratorAtTheEnd, one_that_is_dropped_as_main_ends_is_destroyed_and_runs_no_more) {
    bool closed = false;
    const auto main = [&]() -> Coroutine<> {
        const auto counted = [](bool& to, Counted) -> AsyncGenerator<int> {
            try {
                co_yield 1;
            } catch (const GeneratorExit&) { to = true; }
        };
        auto generator = counted(closed, Counted());
        co_await generator.next();
    };
    run_virtually(main());
    EXPECT_FALSE(closed);
    EXPECT_EQ(Counted::alive(), 0);
}

TEST(GeneratorAtTheEnd, the_one_that_is_kept_is_closed_though_another_was_dropped_as_main_ended) {
    Log log;
    std::optional<AsyncGenerator<int>> kept;
    const auto named = [](Log& to, std::string name) -> AsyncGenerator<int> {
        try {
            co_yield 1;
        } catch (const GeneratorExit&) { to(name); }
    };
    const auto main = [&]() -> Coroutine<> {
        kept.emplace(named(log, "kept"));
        co_await kept->next();
        auto dropped = named(log, "dropped");
        co_await dropped.next();
    };
    run_virtually(main());
    EXPECT_EQ(log.text(), "kept");
}

TEST(GeneratorAtTheEnd, errors_of_closing_are_reported) {
    aio::Runner runner(aio::ClockKind::virtual_time);
    const Reports reports(runner.get_loop());
    auto g = fails_when_closed();
    const auto main = [&]() -> Coroutine<> { co_await g.next(); };
    runner.run(main());
    runner.close();
    EXPECT_EQ(reports.text(), "an error occurred during closing of asynchronous generator: aio::ValueError: e1");
}

TEST(GeneratorAtTheEnd, one_may_drop_another_that_waits_to_be_closed) {
    const auto main = [](Log& log, auto& generators) -> Coroutine<> {
        const auto drops = [](Log& to, std::vector<AsyncGenerator<int>>& others) -> AsyncGenerator<int> {
            try {
                co_yield 1;
            } catch (const GeneratorExit&) { others.pop_back(); }
            to("dropped-it");
        };
        generators.push_back(drops(log, generators));
        generators.push_back(tells_how_it_leaves(log));
        co_await generators[0].next();
        co_await generators[1].next();
    };
    EXPECT_EQ(log_of(main), "dropped-it closing closed-by Task-4 destroyed |");
}

TEST(GeneratorAtTheEnd, in_a_deadlock_all_is_destroyed_and_nothing_runs) {
    Counted::reset();
    Log log;
    const auto waits = [&](Counted) -> AsyncGenerator<int> {
        try {
            co_yield 1;
            co_await forever();
        } catch (...) { log("ran"); }
    };
    std::unique_ptr<AsyncGenerator<int>> outside;
    const auto main = [&]() -> Coroutine<> {
        auto at_rest = waits(Counted());
        auto inside = waits(Counted());
        auto shared = waits(Counted());
        outside = std::make_unique<AsyncGenerator<int>>(waits(Counted()));
        for (auto* g : {&at_rest, &inside, &shared, &*outside}) co_await g->next();
        {
            auto dropped = waits(Counted());
            co_await dropped.next();
        }
        // This task was made after main, whose frames, the handle among them, are destroyed first.
        const auto other = create_task(shared.next());
        co_await inside.next();
    };
    EXPECT_THROW(run_virtually(main()), aio::DeadlockError);
    EXPECT_EQ(Counted::alive(), 1);
    EXPECT_EQ(log.text(), "ran");  // the one that was dropped: its loop closed it in time
    outside.reset();
    EXPECT_EQ(Counted::alive(), 0);
}

TEST(GeneratorAtTheEnd, dropped_when_its_loop_has_ended_it_is_destroyed) {
    Counted::reset();
    {
        std::unique_ptr<AsyncGenerator<int>> g;
        const auto yields = [](Counted) -> AsyncGenerator<int> { co_yield 1; };
        const auto main = [&]() -> Coroutine<> {
            g = std::make_unique<AsyncGenerator<int>>(yields(Counted()));
            co_await g->next();
            throw aio::ValueError("e1");
        };
        aio::Runner runner(aio::ClockKind::virtual_time);
        EXPECT_THROW(runner.run(main()), aio::ValueError);  // and never closed
        EXPECT_EQ(Counted::alive(), 1);
        g.reset();  // while no loop runs: it waits for one that never comes
    }
    EXPECT_EQ(Counted::alive(), 0);
}

// ---- Cost

TEST_ON_LOOP(Generator, an_item_allocates_nothing) {
    auto g = counts(100'000);
    co_await g.next();
    const std::size_t before = allocations();
    int items = 1;
    while (auto x = co_await g.next()) ++items;
    EXPECT_EQ(allocations() - before, 0u);
    EXPECT_EQ(items, 100'000);
}

}  // namespace
