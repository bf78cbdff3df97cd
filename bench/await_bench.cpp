// Awaiting a coroutine that returns at once, beside a bare coroutine and a plain call.
#include "bench/in_loop.hpp"

namespace {

[[gnu::noinline]] aio::Coroutine<long> answer(long i) { co_return i; }
template <class Coroutine> [[gnu::noinline]] Coroutine bare_answer(long i) { co_return i; }
[[gnu::noinline]] long plain_answer(long i) {
    benchmark::DoNotOptimize(i);
    return i;
}

aio::Coroutine<void> await(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(co_await answer(1));
}

aio::Coroutine<void> await_done_future(benchmark::State& state) {
    aio::Future<long> future;
    future.set_result(1);
    for (auto _ : state) benchmark::DoNotOptimize(co_await future);
}

template <class Coroutine> Coroutine bare_await(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(co_await bare_answer<Coroutine>(1));
    co_return 0;
}

void bare_call(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(plain_answer(1));
}

BENCHMARK(in_loop<await>)->Name("await");
BENCHMARK(in_loop<await_done_future>)->Name("await_done_future");
BENCHMARK(in_bare_loop<bare_await<bare::Coroutine<>>>)->Name("bare_await");
BENCHMARK(in_bare_loop<bare_await<bare::Coroutine<bare::Malloc>>>)->Name("bare_await_malloc");
BENCHMARK(bare_call);

}  // namespace
