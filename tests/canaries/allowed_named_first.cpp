// The banned temporaries, each with a name of its own.
#include "tests/canaries/canary.hpp"

struct Aggregate {
    Counted counted;
    int n;
};
Co<int> take(Aggregate aggregate) { co_return aggregate.n; }
template <class F> Co<int> hold(F& f) { co_return f(); }
Co<int> body() {
    Aggregate aggregate{Counted(), 1};
    int sum = co_await take(aggregate);
    Counted counted;
    const auto two = [counted] { return 2; };
    sum += co_await hold(two);
    co_return sum;
}

int main() {
    const int result = body().run();
    return verdict(result == 3 && Counted::alive == 0);
}
