// A string made by ?: in the operand of a co_await.
#include <string>

#include "tests/canaries/canary.hpp"

Co<int> length(std::string text) { co_return static_cast<int>(text.size()); }
Co<int> body(bool flag) {
    std::string text = "too long to be kept inside the string object";
    int size = co_await length(flag ? text + "!" : "nothing");
    co_return size;
}

int main() { return verdict(body(true).run() == 45 && body(false).run() == 7); }
