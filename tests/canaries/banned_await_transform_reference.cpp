// An await_transform that returns a reference: g++ 12 awaits a copy of what it refers to.
#include "tests/canaries/canary.hpp"

struct Awaiter {
    bool asked = false;
    bool await_ready() noexcept { return asked = true; }
    void await_suspend(std::coroutine_handle<>) noexcept {}
    void await_resume() noexcept {}
};

struct Transforming {
    struct promise_type {
        Transforming get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() { std::terminate(); }
        Awaiter& await_transform(Awaiter& awaiter) { return awaiter; }
    };
};

Transforming body(Awaiter& awaiter) { co_await awaiter; }

int main() {
    Awaiter awaiter;
    body(awaiter);
    return verdict(awaiter.asked);
}
