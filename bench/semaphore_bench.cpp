// A semaphore taken and given back: a free one, and one that each has to wait for; beside awaiting a coroutine.
#include "bench/in_loop.hpp"

namespace {

using namespace std::chrono_literals;

aio::Coroutine<void> semaphore(benchmark::State& state) {
    aio::Semaphore semaphore(2);
    for (auto _ : state) const auto guard = co_await semaphore.scoped();
}

constexpr long both = 2;

aio::Coroutine<void> take(aio::Semaphore& semaphore) {
    const auto guard = co_await semaphore.scoped();
    co_await aio::sleep(0s);  // now the other one waits
}

aio::Coroutine<void> other(aio::Semaphore& semaphore, const bool& ended) {
    while (!ended) co_await take(semaphore);
}

/// Two tasks hand the one slot to each other.
aio::Coroutine<void> semaphore_handed_over(benchmark::State& state) {
    aio::Semaphore semaphore(1);
    bool ended = false;
    const auto task = aio::create_task(other(semaphore, ended));
    while (state.KeepRunningBatch(both)) co_await take(semaphore);
    ended = true;
    co_await task;
}

BENCHMARK(in_loop<semaphore>)->Name("semaphore");
BENCHMARK(in_loop<semaphore_handed_over>)->Name("semaphore_handed_over");

}  // namespace
