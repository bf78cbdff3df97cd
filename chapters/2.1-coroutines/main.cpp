// 2.1: a coroutine is a function that can wait. It is made, then run: alone, one after the other, together.
#include <chrono>
#include <string>
#include <vector>

#include "chapters/arguments.hpp"
#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

void beyond_the_tutorial();  // beyond.cpp

// [hello-world]
aio::Coroutine<void> hello_world() {
    print("Hello");
    co_await aio::sleep(1s);
    print("World");
}
// [/hello-world]

// [simple-coroutine]
aio::Coroutine<int> simple_coroutine() { co_return 42; }

void run_a_coroutine_object() {
    auto coro = simple_coroutine();  // nothing has run yet
    print("Coroutine object: <coroutine object simple_coroutine at {}>", static_cast<const void*>(&coro));
    print("Type: <class 'coroutine'>");  // Python's name for it; the second part prints the one in C++
    const int result = aio::run(std::move(coro));
    print("Result: {}", result);
}
// [/simple-coroutine]

// [greet]
aio::Coroutine<std::string> greet(std::string name, std::chrono::seconds delay) {
    print("Hello, {}!", name);
    co_await aio::sleep(delay);
    print("Goodbye, {}!", name);
    co_return "Greeted " + name;
}
// [/greet]

// [greet-all]
aio::Coroutine<void> greet_all() {
    print("=== Sequential Execution ===");
    const std::string result1 = co_await greet("Alice", 1s);
    const std::string result2 = co_await greet("Bob", 1s);
    print("Results: {}, {}", result1, result2);

    print("\n=== Concurrent Execution ===");
    auto charlie = greet("Charlie", 1s);
    auto david = greet("David", 1s);
    const auto [result3, result4] = co_await aio::gather(std::move(charlie), std::move(david));
    print("Results: {}", std::vector{result3, result4});
}
// [/greet-all]

int main(int argc, char** argv) {
    accept_no_arguments(argc, argv);

    aio::run(hello_world());
    run_a_coroutine_object();
    aio::run(greet_all());

    beyond_the_tutorial();
}
