// A turn of the loop: one callback in each turn, or a thousand, beside a queue of functions.
#include <benchmark/benchmark.h>

#include <deque>
#include <functional>

#include "runtime/reactor/event_loop.hpp"

namespace {

template <long callbacks> void turn(benchmark::State& state) {
    aio::EventLoop loop(aio::ClockKind::real);
    long ran = 0;
    while (state.KeepRunningBatch(callbacks)) {
        for (long i = 0; i < callbacks; ++i) loop.call_soon([&] { ++ran; });
        loop.run_once();
    }
    benchmark::DoNotOptimize(ran);
}

template <long callbacks> void bare_queue(benchmark::State& state) {
    std::deque<std::function<void()>> queue;
    long ran = 0;
    while (state.KeepRunningBatch(callbacks)) {
        for (long i = 0; i < callbacks; ++i) queue.emplace_back([&] { ++ran; });
        for (; !queue.empty(); queue.pop_front()) queue.front()();
    }
    benchmark::DoNotOptimize(ran);
}

BENCHMARK(turn<1>)->Name("callback_in_a_turn_of_its_own");
BENCHMARK(turn<1000>)->Name("callback");
BENCHMARK(bare_queue<1000>)->Name("bare_queue_of_functions");

}  // namespace
