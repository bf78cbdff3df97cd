// Memory for a frame, taken and given back: from the pool, and from the global operator new.
#include <benchmark/benchmark.h>

#include <array>
#include <new>

#include "runtime/coroutine/frame_pool.hpp"

namespace {

using Pool = aio::detail::FramePool;

struct Malloc {
    static void* allocate(std::size_t size) { return ::operator new(size); }
    static void deallocate(void* memory, std::size_t size) { ::operator delete(memory, size); }
};

/// One after the other: what a coroutine that is awaited and ends does.
template <class Allocator> void one(benchmark::State& state) {
    std::size_t size = 120;
    for (auto _ : state) {
        benchmark::DoNotOptimize(size);
        void* memory = Allocator::allocate(size);
        benchmark::DoNotOptimize(memory);
        Allocator::deallocate(memory, size);
    }
}

/// Each of a thousand of all sizes, that are alive together.
template <class Allocator> void many(benchmark::State& state) {
    constexpr std::size_t count = 1000;
    std::array<void*, count> blocks{};
    const auto size_of = [](std::size_t i) { return 64 + i * 8 % 512; };
    while (state.KeepRunningBatch(count)) {
        for (std::size_t i = 0; i < count; ++i) blocks[i] = Allocator::allocate(size_of(i));
        for (std::size_t i = 0; i < count; ++i) Allocator::deallocate(blocks[i], size_of(i));
    }
}

BENCHMARK(one<Pool>)->Name("frame_pool");
BENCHMARK(one<Malloc>)->Name("bare_malloc");
BENCHMARK(many<Pool>)->Name("frame_pool_many");
BENCHMARK(many<Malloc>)->Name("bare_malloc_many");

}  // namespace
