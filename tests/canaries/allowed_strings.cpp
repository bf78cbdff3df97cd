// Strings made of literals, and by an operator, in the operand of a co_await.
#include <string>

#include "tests/canaries/canary.hpp"

Co<int> length(std::string a, std::string b) { co_return static_cast<int>(a.size() + b.size()); }
Co<int> body() {
    std::string text = "too long to be kept inside the string object";
    int size = co_await length("too long to be kept inside the string object", text + "!");
    co_return size;
}

int main() { return verdict(body().run() == 44 + 45); }
