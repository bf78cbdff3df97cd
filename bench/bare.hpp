// What a coroutine costs with no runtime: the least that C++ needs. No cancellation, no exceptions, no result for
// others. The benchmarks set this beside the runtime; frames come from the same pool, so that it is not the pool that
// they compare.
#pragma once
#include <coroutine>
#include <deque>
#include <exception>
#include <utility>

#include "runtime/coroutine/frame_pool.hpp"

namespace bare {
/// Frames from the global operator new.
struct Malloc {};

/// Lazy, awaited by symmetric transfer: its end resumes who awaits it.
template <class Allocation = aio::detail::Pooled> class Coroutine {
  public:
    struct promise_type : Allocation {
        struct FinalAwaiter {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
                return ended.promise().parent;
            }
            void await_resume() noexcept {}
        };
        Coroutine get_return_object() noexcept { return Coroutine(Handle::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        FinalAwaiter final_suspend() noexcept { return {}; }
        void return_value(long v) noexcept { value = v; }
        [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }

        std::coroutine_handle<> parent = std::noop_coroutine();
        long value = 0;
    };

    Coroutine(Coroutine&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    ~Coroutine() {
        if (handle_) handle_.destroy();
    }

    void resume() { handle_.resume(); }
    std::coroutine_handle<> handle() const noexcept { return handle_; }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
        set_parent(awaiting);
        return handle_;
    }
    void set_parent(std::coroutine_handle<> awaiting) noexcept { handle_.promise().parent = awaiting; }
    long await_resume() const noexcept { return handle_.promise().value; }
  private:
    using Handle = std::coroutine_handle<promise_type>;
    explicit Coroutine(Handle handle) noexcept : handle_(handle) {}
    Handle handle_;
};

/// The whole loop: a queue of what can go on.
inline std::deque<std::coroutine_handle<>> ready;

inline void run() {
    while (!ready.empty()) {
        const std::coroutine_handle<> next = ready.front();
        ready.pop_front();
        next.resume();
    }
}

/// Behind all that is ready.
struct Yield {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) const { ready.push_back(awaiting); }
    void await_resume() const noexcept {}
};
}  // namespace bare
