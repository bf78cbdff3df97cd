// A condition that initialises a variable.
#include "tests/canaries/canary.hpp"

Co<int> next(int n) { co_return n; }
Co<int> body() {
    int sum = 0, n = 3;
    while (int x = co_await next(n--)) sum += x;
    if (bool b = co_await next(1)) sum += b;
    co_return sum;
}

int main() { return verdict(body().run() == 7); }
