// Down a chain of coroutines and up again, by a pump and by symmetric transfer: each of a hundred frames, all of which
// come from the same pool. The runtime's pump, which also has results and exceptions to carry, stands beside the two
// bare ones.
#include "bench/in_loop.hpp"
#include "runtime/coroutine/frame_pool.hpp"

namespace {

constexpr long depth = 100;

aio::Coroutine<long> descend(long left) {
    if (left == 0) co_return 0;
    co_return 1 + co_await descend(left - 1);
}

aio::Coroutine<void> pump(benchmark::State& state) {
    while (state.KeepRunningBatch(depth)) benchmark::DoNotOptimize(co_await descend(depth));
}

using Transferring = bare::Coroutine<>;

Transferring transferring_descend(long left) {
    if (left == 0) co_return 0;
    co_return 1 + co_await transferring_descend(left - 1);
}

Transferring symmetric_transfer(benchmark::State& state) {
    while (state.KeepRunningBatch(depth)) benchmark::DoNotOptimize(co_await transferring_descend(depth));
    co_return 0;
}

/// As bare::Coroutine, but it returns to a pump instead of resuming another coroutine.
class Pumped {
  public:
    struct promise_type : aio::detail::Pooled {
        struct FinalAwaiter {
            bool await_ready() noexcept { return false; }
            void await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
                innermost = ended.promise().parent;
            }
            void await_resume() noexcept {}
        };
        Pumped get_return_object() noexcept { return Pumped(Handle::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        FinalAwaiter final_suspend() noexcept { return {}; }
        void return_value(long v) noexcept { value = v; }
        [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }

        std::coroutine_handle<> parent;
        long value = 0;
    };

    Pumped(Pumped&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    ~Pumped() {
        if (handle_) handle_.destroy();
    }

    void pump() {
        innermost = handle_;
        do innermost.resume();
        while (innermost);
    }

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) noexcept {
        handle_.promise().parent = awaiting;
        innermost = handle_;
    }
    long await_resume() const noexcept { return handle_.promise().value; }
  private:
    using Handle = std::coroutine_handle<promise_type>;
    explicit Pumped(Handle handle) noexcept : handle_(handle) {}

    static inline std::coroutine_handle<> innermost;
    Handle handle_;
};

Pumped pumped_descend(long left) {
    if (left == 0) co_return 0;
    co_return 1 + co_await pumped_descend(left - 1);
}

Pumped pump_all(benchmark::State& state) {
    while (state.KeepRunningBatch(depth)) benchmark::DoNotOptimize(co_await pumped_descend(depth));
    co_return 0;
}

void bare_pump(benchmark::State& state) { pump_all(state).pump(); }

BENCHMARK(in_loop<pump>)->Name("pump");
BENCHMARK(bare_pump);
BENCHMARK(in_bare_loop<symmetric_transfer>)->Name("symmetric_transfer");

}  // namespace
