// Benchmarks that await: their loop `for (auto _ : state)` is inside a coroutine.
#pragma once
#include <benchmark/benchmark.h>

#include "bench/bare.hpp"
#include "runtime/aio.hpp"

/// Runs it in an event loop in real time, as programs do. Making and ending the loop is not measured.
template <auto coroutine, aio::ClockKind clock = aio::ClockKind::real> void in_loop(benchmark::State& state) {
    aio::Runner(clock).run(coroutine(state));
}

/// Runs it with no runtime, on the queue of bare.hpp.
template <auto coroutine> void in_bare_loop(benchmark::State& state) {
    const auto main = coroutine(state);
    bare::ready.push_back(main.handle());
    bare::run();
}
