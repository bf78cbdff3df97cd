// 2.2: a task runs in the background. It can be asked whether it is done, cancelled, and limited in time. A future is
// an empty place for a result, which somebody else fills.
#include <chrono>
#include <exception>
#include <string>

#include "chapters/arguments.hpp"
#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

void beyond_the_tutorial();  // beyond.cpp

// [task-demo]
aio::Coroutine<std::string> slow_operation(std::string name, std::chrono::seconds delay) {
    print("{} started", name);
    co_await aio::sleep(delay);
    print("{} completed after {}s", name, delay.count());
    co_return "Result of " + name;
}

aio::Coroutine<void> task_demo() {
    print("=== Task Demo ===");

    auto task1 = aio::create_task(slow_operation("Task 1", 2s));
    auto task2 = aio::create_task(slow_operation("Task 2", 1s));
    print("Task 1 done: {}", task1.done());
    print("Task 2 done: {}", task2.done());

    const std::string result1 = co_await task1;
    const std::string result2 = co_await task2;
    print("Task 1 done: {}", task1.done());
    print("Task 2 done: {}", task2.done());
    print("Results: {}, {}", result1, result2);
}
// [/task-demo]

// [cancellation]
aio::Coroutine<std::string> long_task() {
    try {
        for (int i = 0; i < 10; ++i) {
            co_await aio::sleep(1s);
            print("Long task step {}", i);
        }
        co_return "Completed";
    } catch (const aio::CancelledError&) {
        print("Long task was cancelled");
        throw;  // a task that keeps the CancelledError to itself is not cancelled
    }
}

aio::Coroutine<void> task_cancellation() {
    print("\n=== Task Cancellation ===");

    auto task = aio::create_task(long_task());
    co_await aio::sleep(3s);
    task.cancel();

    try {
        const std::string result = co_await task;
        print("Task result: {}", result);
    } catch (const aio::CancelledError&) { print("Task was cancelled"); }
}
// [/cancellation]

// [timeout]
aio::Coroutine<std::string> very_slow_task() {
    co_await aio::sleep(10s);
    co_return "Very slow result";
}

aio::Coroutine<void> task_timeout() {
    print("\n=== Task Timeout ===");

    try {
        const std::string result = co_await aio::wait_for(very_slow_task(), 2s);
        print("Task completed: {}", result);
    } catch (const aio::TimeoutError&) { print("Task timed out"); }
}
// [/timeout]

// [future]
aio::Coroutine<void> custom_future_demo() {
    print("\n=== Custom Future Demo ===");

    aio::Future<std::string> future;
    future.set_result("Custom future result");
    const std::string result = co_await future;
    print("Future result: {}", result);

    auto completed_future = aio::create_task(aio::sleep(0s));
    co_await completed_future;
    print("Completed future: {}", completed_future.done());
}
// [/future]

aio::Coroutine<void> run_all_demos() {
    co_await task_demo();
    co_await task_cancellation();
    co_await task_timeout();
    co_await custom_future_demo();
}

int main(int argc, char** argv) {
    accept_no_arguments(argc, argv);
    aio::run(run_all_demos());
    beyond_the_tutorial();
}
