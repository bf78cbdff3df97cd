// 2.1, second part: what a coroutine object is in C++, how it differs from a task, and what belongs to one loop.
#include <cxxabi.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>

#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

namespace {

aio::Coroutine<int> answer() { co_return 42; }

std::string type_name(const std::type_info& type) {
    const std::unique_ptr<char, decltype(&std::free)> name(abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr),
                                                           &std::free);
    return name.get();
}

void what_a_coroutine_object_is() {
    print("\n--- In C++ a coroutine object is one pointer, to the frame that holds its variables ---");
    auto coro = answer();
    print("Type: {}", type_name(typeid(coro)));
    print("Size: as large as a pointer: {}", sizeof coro == sizeof(void*));
    print("Result: {}", aio::run(std::move(coro)));
}

// [together]
aio::Coroutine<void> greet(std::string name) {
    print("Hello, {}!", name);
    co_await aio::sleep(10ms);
    print("Goodbye, {}!", name);
}

aio::Coroutine<void> coroutines_are_not_tasks() {
    print("\n--- Two coroutines run one after the other, even if both were made before ---");
    auto erin = greet("Erin");
    auto frank = greet("Frank");
    co_await erin;
    co_await frank;

    print("\n--- Two tasks run together, even if they are awaited one after the other ---");
    auto grace = aio::create_task(greet("Grace"));
    auto heidi = aio::create_task(greet("Heidi"));
    co_await grace;
    co_await heidi;
}
// [/together]

aio::Coroutine<void> once_or_often() {
    print("\n--- A coroutine can be awaited once, a task as often as you like ---");
    auto coroutine = answer();
    print("coroutine, first time: {}", co_await coroutine);
    try {
        print("coroutine, second time: {}", co_await coroutine);
    } catch (const aio::RuntimeError& error) { print("coroutine, second time: {}", error.what()); }

    auto task = aio::create_task(answer());
    print("task, first time: {}", co_await task);
    print("task, second time: {}", co_await task);
}

aio::Coroutine<void> a_forgotten_coroutine() {
    print("\n--- A coroutine that never runs is reported ---");
    aio::get_running_loop().set_exception_handler(
        [](const aio::ExceptionContext& context) { print("the loop says: {}", context.message); });
    { auto forgotten = greet("Nobody"); }
    co_return;
}

aio::Coroutine<aio::Future<int>> make_future() { co_return aio::Future<int>(); }

aio::Coroutine<void> await_future(aio::Future<int> future) {
    try {
        co_await future;
    } catch (const aio::RuntimeError& error) { print("the second run says: {}", error.what()); }
}

void each_run_has_its_own_loop() {
    print("\n--- Each run() has a loop of its own; what belongs to one can't be awaited in the next ---");
    const aio::Future<int> future = aio::run(make_future());
    aio::run(await_future(future));
}

aio::Coroutine<void> make_and_await() {
    print("\n--- The right way: one run(), and one main coroutine that awaits the rest ---");
    aio::Future<int> future = co_await make_future();
    future.set_result(42);
    print("the future gives {}", co_await future);
}

}  // namespace

void beyond_the_tutorial() {
    print("=== Beyond the tutorial ===");
    what_a_coroutine_object_is();
    aio::run(coroutines_are_not_tasks());
    aio::run(once_or_often());
    aio::run(a_forgotten_coroutine());
    each_run_has_its_own_loop();
    aio::run(make_and_await());
}
