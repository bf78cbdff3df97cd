// An aggregate with a destructor, initialised in the operand of a co_await.
#include "tests/canaries/canary.hpp"

struct Aggregate {
    Counted counted;
    int n;
};
Co<int> take(Aggregate aggregate) { co_return aggregate.n; }
Co<int> body() {
    int one = co_await take(Aggregate{Counted(), 1});
    co_return one;
}

int main() {
    const int result = body().run();
    return verdict(result == 1 && Counted::alive == 0);
}
