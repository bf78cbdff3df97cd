// 5.2: a generator yields one item after the other, and may wait before each. Generators that take their items from
// another one make a pipeline.
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "chapters/arguments.hpp"
#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

void beyond_the_tutorial();  // beyond.cpp

// [sources]
aio::AsyncGenerator<int> async_counter(int start, int stop, aio::Duration delay) {
    for (int i = start; i < stop; ++i) {
        co_await aio::sleep(delay);
        co_yield i;
    }
}

aio::AsyncGenerator<int> async_fibonacci(int n) {
    int a = 0, b = 1;
    for (int i = 0; i < n; ++i) {
        co_await aio::sleep(100ms);
        co_yield a;
        a = std::exchange(b, a + b);
    }
}
// [/sources]

// [random]
aio::AsyncGenerator<int> async_random_numbers(std::mt19937_64 engine, int count, int min_val, int max_val) {
    std::uniform_int_distribution<std::int64_t> milliseconds(100, 500);
    std::uniform_int_distribution<int> number(min_val, max_val);
    for (int i = 0; i < count; ++i) {
        co_await aio::sleep(std::chrono::milliseconds(milliseconds(engine)));
        co_yield number(engine);
    }
}
// [/random]

// [iterate]
aio::Coroutine<void> async_generator_demo(std::uint64_t seed) {
    print("=== Async Generator Demo ===");

    print("Async counter:");
    auto counter = async_counter(0, 5, 200ms);
    while (auto num = co_await counter.next()) print(" {}", *num);

    print("\nAsync Fibonacci:");
    std::string line;
    auto fibonacci = async_fibonacci(10);
    while (auto fib = co_await fibonacci.next()) line += " " + std::to_string(*fib) + " ";
    print("{}", line);

    print("\nAsync random numbers:");
    auto numbers = async_random_numbers(std::mt19937_64(seed), 5, 1, 100);
    while (auto num = co_await numbers.next()) print(" {}", *num);
}
// [/iterate]

// [pipeline]
aio::AsyncGenerator<int> data_source() {
    for (int i = 0; i < 10; ++i) {
        co_await aio::sleep(100ms);
        co_yield i;
    }
}

aio::Coroutine<bool> is_even(int x) {
    co_await aio::sleep(50ms);
    co_return x % 2 == 0;
}

aio::Coroutine<int> square(int x) {
    co_await aio::sleep(50ms);
    co_return x* x;
}

aio::Coroutine<void> async_data_pipeline() {
    print("\n=== Async Data Pipeline ===");

    auto source = data_source();
    auto filtered = aio::filter(std::move(source), is_even);
    auto transformed = aio::map(std::move(filtered), square);

    std::vector<int> results;
    while (auto result = co_await transformed.next()) {
        results.push_back(*result);
        print(" {}", *result);
    }
    print("Pipeline results: {}", results);
}
// [/pipeline]

// [batches]
aio::AsyncGenerator<std::string> data_generator() {
    for (int i = 0; i < 10; ++i) co_yield "item-" + std::to_string(i);
}

aio::AsyncGenerator<std::vector<std::string>> async_batch_processor(std::size_t batch_size) {
    print("\n=== Async Batch Processor ===");

    auto batches = aio::batch(data_generator(), batch_size);
    while (auto batch = co_await batches.next()) {
        if (batch->size() == batch_size) {
            print("Processing batch: {}", *batch);
            co_await aio::sleep(500ms);
        } else {
            print("Processing final batch: {}", *batch);
        }
        co_yield std::move(*batch);
    }
}

aio::Coroutine<void> use_batch_processor() {
    auto processor = async_batch_processor(3);
    while (auto batch = co_await processor.next()) print("Processed batch: {}", *batch);
}
// [/batches]

aio::Coroutine<void> run_all_async_generator_demos(std::uint64_t seed) {
    co_await async_generator_demo(seed);
    co_await async_data_pipeline();
    co_await use_batch_processor();
}

int main(int argc, char** argv) {
    const std::uint64_t seed = accept_seed(argc, argv);
    aio::run(run_all_async_generator_demos(seed));
    beyond_the_tutorial();
}
