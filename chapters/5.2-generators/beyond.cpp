// 5.2, second part: how often a stage calls its function, what becomes of a generator that nobody finishes, and stages
// that work at the same time.
#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

namespace {

aio::AsyncGenerator<int> numbers(int end) {
    for (int i = 0; i < end; ++i) co_yield i;
}

template <class G> aio::Coroutine<int> count(G generator) {
    int items = 0;
    while (auto item = co_await generator.next()) ++items;
    co_return items;
}

// --- The tutorial asks `iscoroutine(predicate(item))` first: that is one call, and the answer needs another one.

template <class F> aio::AsyncGenerator<int> filter_that_calls_twice(aio::AsyncGenerator<int> source, F predicate) {
    while (auto item = co_await source.next()) {
        [[maybe_unused]] const auto looked_at = predicate(*item);
        const bool wanted = predicate(*item);
        if (wanted) co_yield *item;
    }
}

// [once]
aio::Coroutine<void> one_call_for_each_item() {
    print("\n--- A stage calls its function once for each item, and the compiler knows whether to await it ---");
    int calls = 0;
    const auto is_even = [&](int x) { return ++calls, x % 2 == 0; };
    co_await count(filter_that_calls_twice(numbers(10), is_even));
    print("as in the tutorial: {} calls for 10 items", calls);

    calls = 0;
    co_await count(aio::filter(numbers(10), is_even));
    print("aio::filter, a plain function: {} calls", calls);

    calls = 0;
    const auto is_even_soon = [&](int x) -> aio::Coroutine<bool> {
        co_await aio::sleep(10ms);
        co_return is_even(x);
    };
    co_await count(aio::filter(numbers(10), is_even_soon));
    print("aio::filter, a coroutine: {} calls", calls);
}

aio::Coroutine<void> whatever_can_be_awaited() {
    print("\n--- A future is no coroutine, but it can be awaited: so it is ---");
    const auto is_even = [](int x) {
        aio::Future<bool> answer;
        answer.set_result(x % 2 == 0);
        return answer;
    };
    const int kept = co_await count(aio::filter(numbers(10), is_even));
    print("kept {} of 10; by the tutorial's test it would be all, for a future is always true", kept);
}
// [/once]

// [closing]
aio::AsyncGenerator<int> with_cleanup(std::string name) {
    bool closing = false;
    try {
        for (int i = 0;; ++i) co_yield i;
    } catch (const aio::GeneratorExit&) {
        closing = true;
    }  // at the co_yield; to await is allowed only after the catch
    if (closing) {
        co_await aio::sleep(10ms);
        print("{}: cleaned up by {}", name, aio::current_task().get_name());
    }
}

aio::Coroutine<void> nobody_finishes_it(std::vector<aio::AsyncGenerator<int>>& kept) {
    print("\n--- A loop that is left early does not close its generator: three ways to have it closed ---");
    auto first = with_cleanup("first");
    while (auto item = co_await first.next())
        if (*item == 2) break;
    co_await first.aclose();
    print("aclose() waits until the cleanup is done");

    {
        auto second = with_cleanup("second");
        co_await second.next();
    }
    print("dropped, it is closed by the loop, in a task of its own, a little later");
    co_await aio::sleep(20ms);

    kept.push_back(with_cleanup("third"));
    co_await kept.back().next();
    print("kept, it is closed at the end of aio::run()");
}

aio::Coroutine<void> a_pipeline_is_closed_as_one() {
    print("\n--- A stage owns the source that it was given by std::move, and closes it ---");
    auto squares = aio::map(with_cleanup("the source"), [](int x) { return x * x; });
    co_await squares.next();
    co_await squares.aclose();
    print("the pipeline is closed");
}
// [/closing]

// [buffered]
/// The items of `source`, which a task of its own reads, up to `size` ahead.
template <class T> aio::AsyncGenerator<T> buffered(aio::AsyncGenerator<T> source, std::size_t size) {
    aio::Queue<T> queue(size);
    const auto fill = [&]() -> aio::Coroutine<void> {
        std::exception_ptr error;
        try {
            while (auto item = co_await source.next()) co_await queue.put(std::move(*item));
        } catch (...) { error = std::current_exception(); }
        queue.shutdown();  // who waits for an item learns that there is none
        if (error) std::rethrow_exception(error);
    };
    const std::vector filling(1, aio::create_task(fill));
    std::exception_ptr error;
    try {
        for (;;) {
            T item = co_await queue.get();
            co_yield std::move(item);
        }
    } catch (const aio::QueueShutDown&) {  // the source has ended
    } catch (...) { error = std::current_exception(); }

    filling[0].cancel();  // if it is done, this does nothing
    co_await aio::wait(filling);
    co_await source.aclose();
    if (!error && !filling[0].cancelled()) error = filling[0].exception();
    if (error) std::rethrow_exception(error);
}
// [/buffered]

// [overlap]
aio::AsyncGenerator<int> slow_source() {
    for (int i = 0; i < 10; ++i) {
        co_await aio::sleep(100ms);
        co_yield i;
    }
}

aio::Coroutine<int> slowly(int x) {
    co_await aio::sleep(80ms);
    co_return x;
}

aio::Coroutine<void> time_of(std::string name, aio::AsyncGenerator<int> pipeline) {
    const aio::TimePoint start = aio::get_running_loop().time();
    const int items = co_await count(std::move(pipeline));
    print("{}: {} items in {:.2f}s", name, items, python::seconds(aio::get_running_loop().time() - start));
}

aio::Coroutine<void> stages_that_overlap() {
    print("\n--- One item at a time, all waits add up; with a bounded queue between, the stages overlap ---");
    co_await time_of("one at a time", aio::map(aio::map(slow_source(), slowly), slowly));
    co_await time_of("overlapped", aio::map(buffered(aio::map(buffered(slow_source(), 2), slowly), 2), slowly));
}
// [/overlap]

aio::Coroutine<void> the_last_batch_is_one_too() {
    print("\n--- The last batch is a batch like the others: processed in the same way, in the same time ---");
    auto batches = aio::batch(numbers(10), 3);
    while (auto batch = co_await batches.next()) {
        co_await aio::sleep(500ms);
        print("Processed batch: {}", *batch);
    }
}

}  // namespace

void beyond_the_tutorial() {
    print("=== Beyond the tutorial ===");
    aio::run(one_call_for_each_item());
    aio::run(whatever_can_be_awaited());
    std::vector<aio::AsyncGenerator<int>> kept;
    aio::run(nobody_finishes_it(kept));
    aio::run(a_pipeline_is_closed_as_one());
    aio::run(stages_that_overlap());
    aio::run(the_last_batch_is_one_too());
}
