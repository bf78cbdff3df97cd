// The least coroutine that can show what a compiler makes of `co_await`: no runtime, no library.
#pragma once
#include <coroutine>
#include <cstdio>
#include <exception>
#include <utility>

/// Lazy, awaited once, by symmetric transfer.
template <class T> struct Co {
    struct promise_type {
        T value{};
        std::coroutine_handle<> parent = std::noop_coroutine();
        Co get_return_object() { return Co(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        auto final_suspend() noexcept {
            struct Final {
                bool await_ready() noexcept { return false; }
                std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> h) noexcept {
                    return h.promise().parent;
                }
                void await_resume() noexcept {}
            };
            return Final{};
        }
        void return_value(T v) { value = v; }
        void unhandled_exception() { std::terminate(); }
    };
    explicit Co(std::coroutine_handle<promise_type> h) : handle(h) {}
    Co(Co&& other) noexcept : handle(std::exchange(other.handle, {})) {}
    ~Co() {
        if (handle) handle.destroy();
    }
    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> h) noexcept {
        handle.promise().parent = h;
        return handle;
    }
    T await_resume() { return handle.promise().value; }
    T run() {
        handle.resume();
        return handle.promise().value;
    }
    std::coroutine_handle<promise_type> handle;
};

/// Counts its constructions and destructions, copies and moves included.
struct Counted {
    static inline int alive = 0;
    Counted() { ++alive; }
    Counted(const Counted&) { ++alive; }
    Counted(Counted&&) noexcept { ++alive; }
    Counted& operator=(const Counted&) = default;
    ~Counted() { --alive; }
};

/// What a canary's main returns: 0 sound, 1 miscompiled.
inline int verdict(bool sound) {
    std::puts(sound ? "sound" : "miscompiled");
    return sound ? 0 : 1;
}
