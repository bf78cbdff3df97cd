// What it costs that each co_await notes its place in the source: bare coroutines with that store, and without it.
#include <source_location>
#include <type_traits>

#include "bench/in_loop.hpp"

namespace {

template <class A> using Reference = aio::detail::AwaiterReference<std::remove_reference_t<A>>;

struct Plain : aio::detail::Pooled {
    template <class A> Reference<A> await_transform(A&& awaitable) { return {awaitable}; }
};
struct Placed : aio::detail::Pooled {
    template <class A>
    Reference<A> await_transform(A&& awaitable, std::source_location here = std::source_location::current()) {
        place = here;
        return {awaitable};
    }
    std::source_location place;
};

template <class Coroutine> [[gnu::noinline]] Coroutine answer(long i) { co_return i; }
template <class Coroutine> Coroutine await(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(co_await answer<Coroutine>(1));
    co_return 0;
}

BENCHMARK(in_bare_loop<await<bare::Coroutine<Plain>>>)->Name("bare_await_without_place");
BENCHMARK(in_bare_loop<await<bare::Coroutine<Placed>>>)->Name("bare_await_with_place");

}  // namespace
