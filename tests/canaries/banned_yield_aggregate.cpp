// An aggregate with a destructor, initialised in the operand of a co_yield.
#include "tests/canaries/canary.hpp"

struct Aggregate {
    Counted counted;
    int n;
};
struct Generator {
    struct promise_type {
        int sum = 0;
        Generator get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        std::suspend_always yield_value(const Aggregate& aggregate) {
            sum += aggregate.n;
            return {};
        }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
    std::coroutine_handle<promise_type> handle;
};
Generator body() {
    co_yield Aggregate{Counted(), 1};
    co_yield {Counted(), 2};
}

int main() {
    const Generator generator = body();
    while (!generator.handle.done()) generator.handle.resume();
    const int sum = generator.handle.promise().sum;
    generator.handle.destroy();
    return verdict(sum == 3 && Counted::alive == 0);
}
