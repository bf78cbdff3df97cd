// A time limit that is not reached, around a block that takes one turn of the loop; beside the block alone, and beside
// a bare coroutine with a timer in a std::multimap.
#include <chrono>
#include <map>

#include "bench/in_loop.hpp"

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

aio::Coroutine<void> block() { co_await aio::sleep(0s); }

aio::Coroutine<void> without_timeout(benchmark::State& state) {
    for (auto _ : state) co_await block();
}

aio::Coroutine<void> timeout(benchmark::State& state) {
    for (auto _ : state) co_await aio::with(aio::timeout(60s), block);
}

/// Makes a task of the block, as in 3.11.
aio::Coroutine<void> wait_for(benchmark::State& state) {
    for (auto _ : state) co_await aio::wait_for(block(), 60s);
}

bare::Coroutine<> bare_block() {
    co_await bare::Yield();
    co_return 0;
}

bare::Coroutine<> bare_timeout(benchmark::State& state) {
    std::multimap<Clock::time_point, std::coroutine_handle<>> timers;
    for (auto _ : state) {
        const auto timer = timers.emplace(Clock::now() + 60s, std::coroutine_handle<>());
        co_await bare_block();
        timers.erase(timer);
    }
    co_return 0;
}

BENCHMARK(in_loop<without_timeout>)->Name("without_timeout");
BENCHMARK(in_loop<timeout>)->Name("timeout");
BENCHMARK(in_loop<wait_for>)->Name("wait_for");
BENCHMARK(in_bare_loop<bare_timeout>)->Name("bare_timeout");

}  // namespace
