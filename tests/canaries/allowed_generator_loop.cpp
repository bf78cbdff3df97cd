// A loop over what a generator's next() gives: a std::optional of something with a destructor.
#include <optional>

#include "tests/canaries/canary.hpp"

Co<std::optional<Counted>> next(int& left) {
    if (left-- == 0) co_return std::nullopt;
    co_return Counted();
}
Co<int> body() {
    int left = 3, got = 0;
    while (auto x = co_await next(left)) ++got;
    co_return got;
}

int main() {
    const int result = body().run();
    return verdict(result == 3 && Counted::alive == 0);
}
