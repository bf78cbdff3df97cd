#include "runtime/context/merge.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/tasks/wait.hpp"
#include "tests/support/cancel_everywhere.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::AsyncGenerator;
using aio::Coroutine;

AsyncGenerator<std::string> ticks(std::string name, aio::Duration period, int end, Log* log = nullptr) {
    std::exception_ptr error;
    try {
        for (int i = 0; i < end; ++i) {
            co_await aio::sleep(period);
            co_yield name + std::to_string(i);
        }
    } catch (...) { error = std::current_exception(); }
    if (log) (*log)(name + "-left-" + (error ? aio::describe(error) : "at-its-end"));
    if (error) std::rethrow_exception(error);
}

Coroutine<std::string> text_of(AsyncGenerator<std::string> generator) {
    Log log;
    while (auto item = co_await generator.next()) log(*item);
    co_return log.text();
}

TEST_ON_LOOP(Merge, gives_items_as_they_come) {
    auto merged = aio::merge(ticks("a", 3s, 2), ticks("b", 2s, 4));
    EXPECT_EQ(co_await text_of(std::move(merged)), "b0 a0 b1 a1 b2 b3");
    EXPECT_EQ(now(), 8000);
}

TEST_ON_LOOP(Merge, of_nothing_ends_at_once) {
    std::vector<AsyncGenerator<std::string>> none;
    EXPECT_EQ(co_await text_of(aio::merge(std::move(none))), "");
}

TEST_ON_LOOP(Merge, reads_one_item_ahead_while_the_reader_is_busy) {
    auto merged = aio::merge(ticks("a", 1s, 3), ticks("b", 1s, 3));
    std::string text;
    while (auto item = co_await merged.next()) {
        text += *item + "@" + std::to_string(now()) + " ";
        co_await aio::sleep(1s);
    }
    EXPECT_EQ(text, "a0@1000 b0@2000 a1@3000 b1@4000 a2@5000 b2@6000 ");
}

TEST_ON_LOOP(Merge, an_error_ends_the_others_first) {
    Log log;
    const auto fails = []() -> AsyncGenerator<std::string> {
        co_await aio::sleep(2s);
        throw aio::ValueError("e1");
        co_yield "";
    };
    auto merged = aio::merge(ticks("a", 1500ms, 9, &log), fails(), ticks("b", 5s, 9, &log));
    EXPECT_EQ(co_await merged.next(), "a0");
    EXPECT_EQ(co_await ending_of(merged.next()), "aio::ValueError: e1");
    EXPECT_EQ(log.text(), "a-left-aio::CancelledError b-left-aio::CancelledError");
    EXPECT_EQ(aio::all_tasks().size(), 1u);
}

TEST_ON_LOOP(Merge, closed_it_leaves_no_task_behind) {
    Log log;
    auto merged = aio::merge(ticks("a", 1s, 9, &log), ticks("b", 1s, 9, &log));
    co_await merged.next();
    co_await aio::sleep(5s);  // now both have an item ready
    co_await merged.aclose();
    EXPECT_EQ(log.text(), "a-left-aio::GeneratorExit b-left-aio::GeneratorExit");
    EXPECT_EQ(aio::all_tasks().size(), 1u);
}

TEST_ON_LOOP(Merge, cancelled_it_cancels_the_readers) {
    Log log;
    auto merged = aio::merge(ticks("a", 1s, 9, &log), ticks("b", 3s, 9, &log));
    EXPECT_EQ(co_await ending_of(aio::wait_for(text_of(std::move(merged)), 1500ms)), "aio::TimeoutError: timed out");
    EXPECT_EQ(log.text(), "a-left-aio::CancelledError b-left-aio::CancelledError");
}

TEST_ON_LOOP(Merge, closes_only_what_it_owns) {
    auto kept = ticks("a", 1s, 3);
    auto merged = aio::merge(kept, ticks("b", 1s, 1));
    EXPECT_EQ(co_await merged.next(), "a0");
    EXPECT_EQ(co_await merged.next(), "b0");
    co_await aio::sleep(500ms);
    co_await merged.aclose();
    EXPECT_EQ(co_await kept.next(), std::nullopt);  // for it was cancelled where it waited
}

// ---- Cancelled at every await

struct IteratesAMerge : Scenario {
    AsyncGenerator<Counted> counts(int end) {
        const Counted here;
        for (int i = 0; i < end; ++i) {
            co_await step();
            co_yield Counted(i);
        }
    }
    Coroutine<> victim() {
        auto merged = aio::merge(counts(2), counts(3));
        while (auto item = co_await merged.next()) co_await step();
    }
    std::vector<aio::Task<>> others() { return {}; }
    Coroutine<> check() { co_return; }
};
CANCEL_EVERYWHERE(MergeCancelled, IteratesAMerge)

struct ClosesAMerge : IteratesAMerge {
    Coroutine<> victim() {
        auto merged = aio::merge(counts(5), counts(5));
        co_await merged.next();
        co_await step();
        co_await merged.aclose();
    }
};
CANCEL_EVERYWHERE(MergeCancelled, ClosesAMerge)

TEST(MergeAtTheEnd, in_a_deadlock_all_is_destroyed) {
    auto alive = std::make_shared<int>();
    const auto waits = [](std::shared_ptr<int>) -> AsyncGenerator<std::string> {
        co_yield "one";
        co_await forever();
    };
    const auto main = [&]() -> Coroutine<> {
        auto merged = aio::merge(waits(alive), waits(alive));
        while (auto item = co_await merged.next()) {}
    };
    EXPECT_THROW(run_virtually(main()), aio::DeadlockError);
    EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
