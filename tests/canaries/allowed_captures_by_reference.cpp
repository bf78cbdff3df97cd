// A closure that captures by reference, in the operand of a co_await.
#include "tests/canaries/canary.hpp"

template <class F> Co<int> hold(F f) { co_return f(); }
Co<int> body() {
    Counted counted;
    int two = 2;
    int sum = co_await hold([&] { return two + (counted.alive > 0); });
    co_return sum;
}

int main() {
    const int result = body().run();
    return verdict(result == 3 && Counted::alive == 0);
}
