// Calls nested in the operand, and a co_await inside try.
#include "tests/canaries/canary.hpp"

Co<int> number(int n) { co_return n; }
Co<int> add(Co<int> a, Co<int> b) {
    int x = co_await a;
    int y = co_await b;
    co_return x + y;
}
Co<int> body() {
    int sum = 0;
    try {
        sum += co_await add(number(1), number(2));
    } catch (...) { sum = -1; }
    co_return sum;
}

int main() { return verdict(body().run() == 3); }
