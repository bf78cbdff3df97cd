// 6.1: an error comes out of the co_await. gather can give errors as results, a time limit is an error too, and a
// cancelled task may clean up before it goes.
#include <chrono>
#include <exception>
#include <string>
#include <vector>

#include "chapters/arguments.hpp"
#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

void beyond_the_tutorial();  // beyond.cpp

aio::Coroutine<std::string> risky_operation(bool fail = false) {
    co_await aio::sleep(100ms);
    if (fail) throw aio::ValueError("Operation failed");
    co_return "Success";
}

// [basic]
aio::Coroutine<void> basic_handling() {
    print("=== Error Handling Demo ===");

    try {
        const std::string result = co_await risky_operation(true);
        print("Result: {}", result);
    } catch (const aio::ValueError& error) { print("Caught error: {}", error.what()); }
}
// [/basic]

// [gather]
aio::Coroutine<void> errors_in_gather() {
    print("\n--- Error Handling in gather ---");

    std::vector<aio::Coroutine<std::string>> operations;
    for (const bool fail : {false, true, false}) operations.push_back(risky_operation(fail));
    const auto results = co_await aio::gather(aio::return_exceptions, operations);

    for (std::size_t i = 0; i < results.size(); ++i) {
        try {
            print("Task {} succeeded: {}", i, results[i].value());
        } catch (const std::exception& error) { print("Task {} failed: {}", i, error.what()); }
    }
}
// [/gather]

// [timeout]
aio::Coroutine<void> timeout_handling() {
    print("\n--- Timeout Handling ---");

    try {
        const std::string result = co_await aio::wait_for(risky_operation(), 50ms);
        print("Completed: {}", result);
    } catch (const aio::TimeoutError&) { print("Operation timed out"); }
}
// [/timeout]

// [cancellation]
aio::Coroutine<std::string> long_task() {
    std::exception_ptr cancelled;
    try {
        for (int i = 0; i < 5; ++i) {
            co_await aio::sleep(1s);
            print("Working... {}/5", i + 1);
        }
    } catch (const aio::CancelledError&) { cancelled = std::current_exception(); }  // no co_await in here

    if (!cancelled) co_return "Completed";
    print("Task was cancelled, cleaning up...");
    co_await aio::sleep(100ms);
    print("Cleanup done");
    std::rethrow_exception(cancelled);
}

aio::Coroutine<void> cancellation_handling() {
    print("\n--- Cancellation Handling ---");

    auto task = aio::create_task(long_task());
    co_await aio::sleep(2500ms);
    task.cancel();

    try {
        const std::string result = co_await task;
        print("Task result: {}", result);
    } catch (const aio::CancelledError&) { print("Task was successfully cancelled"); }
}
// [/cancellation]

aio::Coroutine<void> error_handling_demo() {
    co_await basic_handling();
    co_await errors_in_gather();
    co_await timeout_handling();
    co_await cancellation_handling();
}

int main(int argc, char** argv) {
    accept_no_arguments(argc, argv);
    aio::run(error_handling_demo());
    beyond_the_tutorial();
}
