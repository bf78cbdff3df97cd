// A co_await in a bare condition, in a body whose outermost block declares no variable.
#include "tests/canaries/canary.hpp"

Co<bool> yes() { co_return true; }
Co<int> body() {
    if (co_await yes()) co_return 5;
    co_return 6;
}

int main() { return verdict(body().run() == 5); }
