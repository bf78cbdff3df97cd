// Three ways to go from a coroutine to the one it awaits, and what they do to the machine's stack.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <coroutine>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include "runtime/aio.hpp"

// ---- How deep the stack is

const char* stack_base = nullptr;
std::size_t deepest = 0;

[[gnu::noinline]] void look_at_the_stack() {
    const char here = 0;
    const char* volatile address = &here;
    deepest = std::max(deepest, static_cast<std::size_t>(stack_base - address));
}

// ---- A small coroutine type that can do without a pump

// [ways]
struct Nested {
    /// await_suspend calls resume(): the child runs on top of its parent, on the same stack.
    static void go(std::coroutine_handle<> next) { next.resume(); }
};
struct Symmetric {
    /// await_suspend returns the handle, and the coroutine ends with a call of its resume().
    static std::coroutine_handle<> go(std::coroutine_handle<> next) { return next; }
};
// [/ways]

template <class Way> class Simple {
  public:
    struct promise_type {
        std::coroutine_handle<> parent = std::noop_coroutine();
        Simple get_return_object() { return Simple(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        auto final_suspend() noexcept {
            struct Final {
                bool await_ready() noexcept { return false; }
                auto await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
                    return Way::go(ended.promise().parent);
                }
                void await_resume() noexcept {}
            };
            return Final();
        }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };

    explicit Simple(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    ~Simple() { handle_.destroy(); }
    Simple(Simple&&) = delete;
    void run() { handle_.resume(); }

    auto operator co_await() {
        struct Awaiter {
            bool await_ready() { return false; }
            auto await_suspend(std::coroutine_handle<> parent) {
                child.promise().parent = parent;
                return Way::go(child);
            }
            void await_resume() {}
            std::coroutine_handle<promise_type> child;
        };
        return Awaiter{handle_};
    }
  private:
    std::coroutine_handle<promise_type> handle_;
};

// ---- Recursion, and a long loop, in each of them

// [deep]
template <class Coroutine> Coroutine down(int depth) {
    look_at_the_stack();
    if (depth > 1) co_await down<Coroutine>(depth - 1);
}
template <class Coroutine> Coroutine nothing() { co_return; }
template <class Coroutine> Coroutine loop(int times) {
    for (int i = 0; i < times; ++i) {
        co_await nothing<Coroutine>();
        look_at_the_stack();
    }
}
// [/deep]

template <class Way> void run(Simple<Way> coroutine) { coroutine.run(); }
void run(aio::Coroutine<void> coroutine) { aio::run(std::move(coroutine)); }

/// By how many bytes the stack grows from one level or round to the next.
template <class Coroutine> std::size_t stack_bytes_each(Coroutine (*make)(int)) {
    const auto measure = [&](int n) {
        const char base = 0;
        stack_base = &base;
        deepest = 0;
        run(make(n));
        return deepest;
    };
    const std::size_t few = measure(100);
    return (measure(1100) - few) / 1000;
}

/// What becomes of a process with a stack of 8 MiB that goes on and on.
template <class Coroutine> std::string a_million(Coroutine (*make)(int)) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        const rlimit stack{8 << 20, 8 << 20}, no_core{0, 0};
        setrlimit(RLIMIT_STACK, &stack), setrlimit(RLIMIT_CORE, &no_core);
        if (!std::freopen("/dev/null", "w", stderr)) _exit(1);  // a sanitizer would print the whole stack
        run(make(1'000'000));
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "ends well";
}

template <class Coroutine> void row(const char* name) {
    fmt::print("{:<31} {:>6} {:>6}   {:<20} {}\n", name, stack_bytes_each(down<Coroutine>),
               stack_bytes_each(loop<Coroutine>), a_million(down<Coroutine>), a_million(loop<Coroutine>));
}

int main() {
    fmt::print("{:<31} {:>6} {:>6}   {:<20} {}\n", "bytes of stack for each", "level", "round", "1,000,000 levels",
               "1,000,000 rounds");
    row<Simple<Nested>>("resume() in await_suspend");
    row<Simple<Symmetric>>("symmetric transfer");
    row<aio::Coroutine<void>>("the pump");
}
