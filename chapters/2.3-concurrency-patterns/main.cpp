// 2.3: four ways to handle several operations at once: all results in order, all done, the first done, and at most
// two at a time.
#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "chapters/arguments.hpp"
#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

void beyond_the_tutorial();  // beyond.cpp

// [gather]
aio::Coroutine<std::string> fetch_data(std::string source, std::chrono::seconds delay) {
    print("Fetching from {}...", source);
    co_await aio::sleep(delay);
    print("Finished fetching from {}", source);
    co_return "Data from " + source;
}

aio::Coroutine<void> gather_demo() {
    print("=== asyncio.gather Demo ===");

    const auto [first, second, third] = co_await aio::gather(  // each an aio::Outcome: a value or an error
        aio::return_exceptions, fetch_data("API 1", 1s), fetch_data("API 2", 2s), fetch_data("API 3", 1s));

    print("All results: {}", std::vector{first.value(), second.value(), third.value()});
}
// [/gather]

// [wait]
aio::Coroutine<void> wait_demo() {
    print("\n=== asyncio.wait Demo ===");

    const std::vector tasks = {aio::create_task(fetch_data("Source A", 1s)),
                               aio::create_task(fetch_data("Source B", 2s)),
                               aio::create_task(fetch_data("Source C", 3s))};
    const auto [done, pending] = co_await aio::wait(tasks, aio::ALL_COMPLETED);

    print("Completed: {}", done.size());
    print("Pending: {}", pending.size());
    for (const auto& task : done) {
        try {
            print("Result: {}", task.result());
        } catch (const std::exception& e) { print("Error: {}", e.what()); }
    }
}
// [/wait]

// [wait-for-any]
aio::Coroutine<void> wait_for_any() {
    print("\n=== wait with FIRST_COMPLETED ===");

    const std::vector tasks = {aio::create_task(fetch_data("Fast", 1s)), aio::create_task(fetch_data("Medium", 2s)),
                               aio::create_task(fetch_data("Slow", 3s))};
    const auto [done, pending] = co_await aio::wait(tasks, aio::FIRST_COMPLETED);

    print("First completed: {}", done.front().result());
    print("Still running: {}", pending.size());
    for (const auto& task : pending) task.cancel();
}
// [/wait-for-any]

// [semaphore]
aio::Coroutine<std::string> limited_fetch(aio::Semaphore& semaphore, std::string source, std::chrono::seconds delay) {
    const auto guard = co_await semaphore.scoped();  // given back where guard ends
    print("Fetching {} (semaphore acquired)", source);
    co_await aio::sleep(delay);
    print("Finished {} (semaphore released)", source);
    co_return "Data from " + source;
}

aio::Coroutine<void> semaphore_demo() {
    print("\n=== Semaphore Demo ===");

    aio::Semaphore semaphore(2);
    std::vector<aio::Coroutine<std::string>> fetches;
    for (int i = 0; i < 5; ++i) fetches.push_back(limited_fetch(semaphore, "Resource " + std::to_string(i), 1s));

    const auto results = co_await aio::gather(std::move(fetches));
    print("All results: {}", results);
}
// [/semaphore]

int main(int argc, char** argv) {
    accept_no_arguments(argc, argv);

    aio::run(gather_demo());
    aio::run(wait_demo());
    aio::run(wait_for_any());
    aio::run(semaphore_demo());

    beyond_the_tutorial();
}
