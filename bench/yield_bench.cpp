// Two tasks that take turns: each gives the thread to what else is ready. Beside two bare coroutines and their queue.
#include "bench/in_loop.hpp"

namespace {

using namespace std::chrono_literals;

constexpr long both = 2;  // in each round each of the two yields once

aio::Coroutine<void> other(const bool& ended) {
    while (!ended) co_await aio::sleep(0s);
}

aio::Coroutine<void> yield(benchmark::State& state) {
    bool ended = false;
    const auto task = aio::create_task(other(ended));
    while (state.KeepRunningBatch(both)) co_await aio::sleep(0s);
    ended = true;
    co_await task;
}

bare::Coroutine<> bare_other(const bool& ended) {
    while (!ended) co_await bare::Yield();
    co_return 0;
}

bare::Coroutine<> bare_yield(benchmark::State& state) {
    bool ended = false;
    const auto task = bare_other(ended);
    bare::ready.push_back(task.handle());
    while (state.KeepRunningBatch(both)) co_await bare::Yield();
    ended = true;
    co_await bare::Yield();
    co_return 0;
}

BENCHMARK(in_loop<yield>)->Name("yield");
BENCHMARK(in_bare_loop<bare_yield>)->Name("bare_yield");

}  // namespace
