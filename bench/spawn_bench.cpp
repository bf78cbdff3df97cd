// A task is made, runs in the next turn of the loop, and is joined; beside a bare coroutine that a queue resumes.
#include <vector>

#include "bench/in_loop.hpp"

namespace {

[[gnu::noinline]] aio::Coroutine<long> answer(long i) { co_return i; }
[[gnu::noinline]] bare::Coroutine<> bare_answer(long i) { co_return i; }

aio::Coroutine<void> spawn(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(co_await aio::create_task(answer(1)));
}

constexpr long batch = 1000;

/// Each of a thousand in one gather.
aio::Coroutine<void> gather(benchmark::State& state) {
    while (state.KeepRunningBatch(batch)) {
        std::vector<aio::Coroutine<long>> coroutines;
        coroutines.reserve(batch);
        for (long i = 0; i < batch; ++i) coroutines.push_back(answer(i));
        benchmark::DoNotOptimize(co_await aio::gather(std::move(coroutines)));
    }
}

/// Each of a thousand in one group.
aio::Coroutine<void> task_group(benchmark::State& state) {
    while (state.KeepRunningBatch(batch))
        co_await aio::with(aio::TaskGroup(), [&](auto& group) -> aio::Coroutine<void> {
            for (long i = 0; i < batch; ++i) group.create_task(answer(i));
            co_return;
        });
}

/// Queues the coroutine, whose end resumes who awaits it.
struct Spawn {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) {
        coroutine.set_parent(awaiting);
        bare::ready.push_back(coroutine.handle());
    }
    long await_resume() const noexcept { return coroutine.await_resume(); }
    bare::Coroutine<>& coroutine;
};

bare::Coroutine<> bare_spawn(benchmark::State& state) {
    for (auto _ : state) {
        bare::Coroutine<> coroutine = bare_answer(1);
        Spawn joined{coroutine};
        benchmark::DoNotOptimize(co_await joined);
    }
    co_return 0;
}

BENCHMARK(in_loop<spawn>)->Name("spawn");
BENCHMARK(in_loop<gather>)->Name("gather");
BENCHMARK(in_loop<task_group>)->Name("task_group");
BENCHMARK(in_bare_loop<bare_spawn>)->Name("bare_spawn");

}  // namespace
