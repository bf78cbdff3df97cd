// The program on the project's first page.
// [program]
#include <fmt/core.h>

#include "runtime/aio.hpp"

using namespace std::chrono_literals;

aio::Coroutine<std::string> fetch(std::string name, aio::Duration delay) {
    co_await aio::sleep(delay);
    co_return "data from " + name;
}

aio::Coroutine<void> amain() {
    const auto start = aio::get_running_loop().time();
    const auto [a, b] = co_await aio::gather(fetch("A", 1s), fetch("B", 2s));
    fmt::print("{} and {}, after {:.0f} s\n", a, b, (aio::get_running_loop().time() - start) / 1.0s);
}

int main() { aio::run(amain()); }
// [/program]
