// A task that sleeps is cancelled and joined; beside what C++ itself asks for an exception.
#include <stdexcept>

#include "bench/in_loop.hpp"

namespace {

using namespace std::chrono_literals;

aio::Coroutine<void> asleep() { co_await aio::sleep(60s); }

aio::Coroutine<void> cancel(benchmark::State& state) {
    for (auto _ : state) {
        const auto task = aio::create_task(asleep());
        co_await aio::sleep(0s);
        task.cancel();
        try {
            co_await task;
        } catch (const aio::CancelledError&) {}
    }
}

/// An exception on its way out of nested coroutines, to a handler in the outermost: each of its frames.
constexpr long depth = 10;

aio::Coroutine<void> fail(long frames) {
    if (frames == 0) throw std::runtime_error("on purpose");
    co_await fail(frames - 1);
}

aio::Coroutine<void> throw_through_coroutines(benchmark::State& state) {
    while (state.KeepRunningBatch(depth)) {
        try {
            co_await fail(depth);
        } catch (const std::runtime_error&) {}
    }
}

[[gnu::noinline]] void bare_fail() { throw std::runtime_error("on purpose"); }

void bare_throw(benchmark::State& state) {
    for (auto _ : state) {
        try {
            bare_fail();
        } catch (const std::runtime_error&) {}
    }
}

BENCHMARK(in_loop<cancel>)->Name("cancel");
BENCHMARK(in_loop<throw_through_coroutines>)->Name("throw_through_coroutines");
BENCHMARK(bare_throw);

}  // namespace
