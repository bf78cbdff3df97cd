// A closure that captures by value something with a destructor, in the operand of a co_await.
#include "tests/canaries/canary.hpp"

template <class F> Co<int> hold(F f) { co_return f(); }
Co<int> body() {
    Counted counted;
    int one = co_await hold([counted] { return 1; });
    co_return one;
}

int main() {
    const int result = body().run();
    return verdict(result == 1 && Counted::alive == 0);
}
