// An item of a generator, beside a coroutine that is awaited for it and a bare generator.
#include <utility>

#include "bench/in_loop.hpp"

namespace {

aio::AsyncGenerator<long> numbers() {
    for (long i = 0;; ++i) co_yield i;
}

aio::Coroutine<void> generator_item(benchmark::State& state) {
    auto generator = numbers();
    for (auto _ : state) benchmark::DoNotOptimize(co_await generator.next());
}

aio::Coroutine<void> generator_item_of_three_stages(benchmark::State& state) {
    auto generator = aio::map(aio::filter(aio::enumerate(numbers()), [](const auto&) { return true; }),
                              [](const auto& numbered) { return numbered.second; });
    for (auto _ : state) benchmark::DoNotOptimize(co_await generator.next());
}

[[gnu::noinline]] aio::Coroutine<std::optional<long>> answer(long i) { co_return i; }
aio::Coroutine<void> generator_item_by_await(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(co_await answer(1));
}

/// Resumed and suspended, nothing else: the least that C++ needs.
struct BareGenerator {
    struct promise_type {
        BareGenerator get_return_object() noexcept {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        std::suspend_always yield_value(long v) noexcept { return value = v, std::suspend_always(); }
        void return_void() noexcept {}
        void unhandled_exception() noexcept {}
        long value = 0;
    };
    std::coroutine_handle<promise_type> handle;
};

BareGenerator bare_numbers() {
    for (long i = 0;; ++i) co_yield i;
}

void bare_generator_item(benchmark::State& state) {
    const BareGenerator generator = bare_numbers();
    for (auto _ : state) {
        generator.handle.resume();
        benchmark::DoNotOptimize(generator.handle.promise().value);
    }
    generator.handle.destroy();
}

BENCHMARK(in_loop<generator_item>)->Name("generator_item");
BENCHMARK(in_loop<generator_item_of_three_stages>)->Name("generator_item_of_three_stages");
BENCHMARK(in_loop<generator_item_by_await>)->Name("generator_item_by_await");
BENCHMARK(bare_generator_item);

}  // namespace
