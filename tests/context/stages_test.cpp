#include "runtime/context/stages.hpp"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/cancel_everywhere.hpp"
#include "tests/support/counted.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::AsyncGenerator;
using aio::Coroutine;

AsyncGenerator<int> counts(int end) {
    for (int i = 0; i < end; ++i) co_yield i;
}

/// Says when it is closed, and when that is done.
AsyncGenerator<int> leaves_slowly(Log& log) {
    bool closed = false;
    try {
        for (int i = 0;; ++i) co_yield i;
    } catch (const aio::GeneratorExit&) { closed = true; }
    if (closed) co_await aio::sleep(1s);
    log("source-closed");
}

/// All that it yields, as Python would print the list.
template <class G> Coroutine<std::string> all_of(G generator) {
    std::vector<typename G::value_type> items;
    while (auto item = co_await generator.next()) items.push_back(std::move(*item));
    co_return fmt::format("{}", items);
}

TEST_ON_LOOP(Stages, filter_keeps_what_the_predicate_wants) {
    const auto even = [](int x) { return x % 2 == 0; };
    const auto slowly_even = [](int x) -> Coroutine<bool> {
        co_await aio::sleep(1s);
        co_return x % 2 == 0;
    };
    EXPECT_EQ(co_await all_of(aio::filter(counts(5), even)), "[0, 2, 4]");
    EXPECT_EQ(now(), 0);
    EXPECT_EQ(co_await all_of(aio::filter(counts(5), slowly_even)), "[0, 2, 4]");
    EXPECT_EQ(now(), 5000);
}

TEST_ON_LOOP(Stages, map_gives_what_the_function_makes) {
    const auto text = [](int x) { return std::to_string(x); };
    const auto slowly_doubled = [](int x) -> Coroutine<int> {
        co_await aio::sleep(1s);
        co_return 2 * x;
    };
    EXPECT_EQ(co_await all_of(aio::map(counts(3), text)), R"(["0", "1", "2"])");
    EXPECT_EQ(co_await all_of(aio::map(counts(3), slowly_doubled)), "[0, 2, 4]");
}

TEST_ON_LOOP(Stages, functions_are_called_once_for_each_item) {
    int calls = 0, slow_calls = 0;
    const auto predicate = [&](int) { return ++calls > 0; };
    const auto function = [&](int x) -> Coroutine<int> {
        ++slow_calls;
        co_return x;
    };
    auto mapped = aio::map(aio::filter(counts(10), predicate), function);
    co_await all_of(std::move(mapped));
    EXPECT_EQ(calls, 10);
    EXPECT_EQ(slow_calls, 10);
}

TEST_ON_LOOP(Stages, whatever_can_be_awaited_is) {
    const auto future = [](int x) {
        aio::Future<bool> wanted;
        wanted.set_result(x % 2 == 0);
        return wanted;
    };
    const auto task = [](int x) { return aio::create_task(aio::sleep(1s, x % 2 == 0)); };
    EXPECT_EQ(co_await all_of(aio::filter(counts(5), future)), "[0, 2, 4]");
    EXPECT_EQ(co_await all_of(aio::filter(counts(5), task)), "[0, 2, 4]");
    EXPECT_EQ(co_await all_of(aio::map(counts(2), future)), "[true, false]");
}

TEST_ON_LOOP(Stages, enumerate_counts_from_its_start) {
    EXPECT_EQ(co_await all_of(aio::enumerate(counts(2), 5)), "[(5, 0), (6, 1)]");
}

TEST_ON_LOOP(Stages, zip_ends_with_the_shorter) {
    auto first = counts(5);
    EXPECT_EQ(co_await all_of(aio::zip(first, counts(2))), "[(0, 0), (1, 1)]");
    EXPECT_EQ(co_await first.next(), 3);  // one was read for a partner that did not come, as in Python
}

TEST_ON_LOOP(Stages, batch_gives_what_is_left_last) {
    EXPECT_EQ(co_await all_of(aio::batch(counts(5), 2)), "[[0, 1], [2, 3], [4]]");
    EXPECT_EQ(co_await all_of(aio::batch(counts(4), 2)), "[[0, 1], [2, 3]]");
    EXPECT_EQ(co_await all_of(aio::batch(counts(0), 2)), "[]");
    EXPECT_EQ(thrown_by([] { static_cast<void>(aio::batch(counts(1), 0)); }),
              "aio::ValueError: batch: a batch holds at least one item");
}

TEST_ON_LOOP(Stages, take_asks_for_no_more_than_it_gives) {
    auto source = counts(5);
    EXPECT_EQ(co_await all_of(aio::take(source, 2)), "[0, 1]");
    EXPECT_EQ(co_await all_of(aio::take(source, 0)), "[]");
    EXPECT_EQ(co_await source.next(), 2);
    EXPECT_EQ(co_await all_of(aio::take(source, 100)), "[3, 4]");
}

/// A source of the program: not a generator, and its next() is no coroutine.
class Countdown {
  public:
    explicit Countdown(int from) : left_(from) {}
    auto next() { return aio::sleep(1s, left_ > 0 ? std::optional<int>(left_--) : std::nullopt); }
  private:
    int left_;
};

TEST_ON_LOOP(Stages, take_their_items_from_whatever_has_a_next) {
    const auto twice = [](int x) { return 2 * x; };
    EXPECT_EQ(co_await all_of(aio::map(Countdown(3), twice)), "[6, 4, 2]");
    Countdown countdown(2);
    EXPECT_EQ(co_await all_of(aio::take(countdown, 1)), "[2]");
    EXPECT_EQ(co_await all_of(aio::take(countdown, 1)), "[1]");
}

TEST_ON_LOOP(Stages, move_what_is_theirs_and_copy_what_belongs_to_others) {
    std::vector<std::string> names{"a", "b"};
    const auto each = [&]() -> AsyncGenerator<std::string&> {
        for (std::string& name : names) co_yield name;
    };
    EXPECT_EQ(co_await all_of(aio::take(each(), 2)), R"(["a", "b"])");
    EXPECT_EQ(names, (std::vector<std::string>{"a", "b"}));

    const auto unique = []() -> AsyncGenerator<std::unique_ptr<int>> { co_yield std::make_unique<int>(7); };
    const auto not_null = [](const auto& pointer) { return pointer != nullptr; };
    auto batches = aio::batch(aio::filter(unique(), not_null), 3);
    const auto batch = co_await batches.next();
    EXPECT_EQ(*batch->at(0), 7);
}

TEST_ON_LOOP(Stages, closing_the_last_closes_all_that_it_owns_before_it_returns) {
    Log log;
    const auto same = [](int x) { return x; };
    auto pipeline = aio::batch(aio::map(aio::enumerate(leaves_slowly(log)), [](auto x) { return x.second; }), 2);
    EXPECT_EQ((co_await pipeline.next())->size(), 2u);
    co_await pipeline.aclose();
    EXPECT_EQ(log.text(), "source-closed");
    EXPECT_EQ(now(), 1000);

    auto source = leaves_slowly(log);
    auto stage = aio::map(source, same);
    co_await stage.next();
    co_await stage.aclose();
    EXPECT_EQ(co_await source.next(), 1);  // it is the caller's
    co_await source.aclose();              // here, for `log` ends with this function
}

TEST_ON_LOOP(Stages, take_closes_its_source_when_it_has_enough) {
    Log log;
    EXPECT_EQ(co_await all_of(aio::take(leaves_slowly(log), 2)), "[0, 1]");
    EXPECT_EQ(log.text(), "source-closed");
}

TEST_ON_LOOP(Stages, zip_closes_both) {
    Log log;
    auto pairs = aio::zip(leaves_slowly(log), leaves_slowly(log));
    co_await pairs.next();
    co_await pairs.aclose();
    EXPECT_EQ(log.text(), "source-closed source-closed");
}

TEST_ON_LOOP(Stages, an_error_of_the_function_closes_the_source_and_goes_on) {
    Log log;
    const auto fails = [](int x) -> int {
        if (x == 1) throw aio::ValueError("e1");
        return x;
    };
    auto mapped = aio::map(leaves_slowly(log), fails);
    EXPECT_EQ(co_await mapped.next(), 0);
    EXPECT_EQ(co_await ending_of(mapped.next()), "aio::ValueError: e1");
    EXPECT_EQ(log.text(), "source-closed");
    EXPECT_EQ(co_await mapped.next(), std::nullopt);
}

TEST_ON_LOOP(Stages, dropped_half_way_they_are_closed_from_the_last_to_the_first) {
    Log log;
    {
        auto first = aio::take(leaves_slowly(log), 5);
        auto pipeline = aio::batch(std::move(first), 2);
        co_await pipeline.next();
    }
    co_await aio::sleep(2s);
    EXPECT_EQ(log.text(), "source-closed");
}

// ---- Cancelled at every await

struct IteratesAPipeline : Scenario {
    AsyncGenerator<Counted> source() {
        const Counted here;
        std::exception_ptr error;
        try {
            for (int i = 0; i < 4; ++i) {
                co_await step();
                co_yield Counted(i);
            }
        } catch (...) { error = std::current_exception(); }
        co_await step();
        if (error) std::rethrow_exception(error);
    }
    auto pipeline() {
        const auto some = [this](const Counted& item) -> Coroutine<bool> {
            co_await step();
            co_return item.value != 1;
        };
        const auto same = [this](Counted item) -> Coroutine<Counted> {
            co_await step();
            co_return item;
        };
        return aio::batch(aio::map(aio::filter(source(), some), same), 2);
    }
    Coroutine<> victim() {
        auto batches = pipeline();
        while (auto batch = co_await batches.next()) co_await step();
    }
    std::vector<aio::Task<>> others() { return {}; }
    Coroutine<> check() { co_return; }
};
CANCEL_EVERYWHERE(StagesCancelled, IteratesAPipeline)

struct ClosesAPipeline : IteratesAPipeline {
    Coroutine<> victim() {
        auto batches = pipeline();
        co_await batches.next();
        co_await step();
        co_await batches.aclose();
    }
};
CANCEL_EVERYWHERE(StagesCancelled, ClosesAPipeline)

TEST(StagesAtTheEnd, what_run_finds_open_it_closes_once) {
    Log log;
    std::vector<AsyncGenerator<std::vector<int>>> kept;
    const auto main = [&]() -> Coroutine<> {
        kept.push_back(aio::batch(leaves_slowly(log), 2));
        co_await kept[0].next();
    };
    aio::Runner runner(aio::ClockKind::virtual_time);
    const Reports reports(runner.get_loop());
    runner.run(main());
    runner.close();
    EXPECT_EQ(log.text(), "source-closed");
    EXPECT_EQ(reports.text(), "");
}

}  // namespace
