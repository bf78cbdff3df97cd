// An initializer list in the operand of a co_await.
#include <vector>

#include "tests/canaries/canary.hpp"

Co<int> count(std::vector<Counted> all) { co_return static_cast<int>(all.size()); }
Co<int> body() {
    Counted a, b;
    int two = co_await count(std::vector<Counted>{a, b});
    co_return two;
}

int main() {
    const int result = body().run();
    return verdict(result == 2 && Counted::alive == 0);
}
