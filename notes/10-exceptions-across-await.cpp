// The way of an exception: out of a leaf, through frames, out of a task; and what becomes of it where nobody looks.
#include <fmt/format.h>
#include <chrono>
#include <stdexcept>
#include <string>
#include "runtime/aio.hpp"

using namespace std::chrono_literals;

// [chain]
struct Local {
    explicit Local(const char* n) : name(n) {}
    ~Local() { fmt::print("  {}: locals are destroyed\n", name); }
    const char* name;
};

aio::Coroutine<int> inner() {
    const Local local("inner");
    co_await aio::sleep(1s);
    fmt::print("  inner: throws\n");
    throw std::runtime_error("no answer");
}

aio::Coroutine<int> middle() {
    const Local local("middle");
    const int answer = co_await inner();
    fmt::print("  middle: never comes here\n");
    co_return answer;
}

aio::Coroutine<int> outer() {
    const Local local("outer");
    try {
        co_return co_await middle();
    } catch (const std::runtime_error& error) {
        fmt::print("  outer: caught {}\n", error.what());
        co_return -1;
    }
}
// [/chain]

// [task]
aio::Coroutine<void> through_a_task() {
    const auto task = aio::create_task(middle());
    co_await aio::sleep(2s);
    fmt::print("  main: the task is done: {}, and nothing was thrown here\n", task.done());
    for (int i = 1; i <= 2; ++i) {
        try {
            co_await task;
        } catch (const std::runtime_error& error) { fmt::print("  main: await {} throws: {}\n", i, error.what()); }
    }
}
// [/task]

// [lost]
aio::Coroutine<int> fails(std::string text) {
    throw std::runtime_error(text);
    co_return 0;
}

aio::Coroutine<void> nobody_looks() {
    aio::get_running_loop().set_exception_handler([](const aio::ExceptionContext& context) {
        fmt::print("  handler: {}, {}\n", context.message, aio::describe(context.exception));
    });
    {
        const auto task = aio::create_task(fails("of a task that nobody awaits"));
        co_await aio::sleep(1s);
        fmt::print("  main: drops the last handle of the task\n");
    }
    aio::get_running_loop().call_soon([] { throw std::logic_error("of a callback"); });
    co_await aio::sleep(1s);
    fmt::print("  main: and the loop goes on\n");
}
// [/lost]

// [several]
aio::Coroutine<void> several_at_once() {
    try {
        co_await aio::gather(fails("first"), fails("second"));
    } catch (const std::runtime_error& error) { fmt::print("  gather: {}\n", error.what()); }

    const auto [one, two] = co_await aio::gather(aio::return_exceptions, fails("first"), aio::sleep(1s, 2));
    fmt::print("  gather with return_exceptions: {}, {}\n", aio::describe(one.error()), two.value());

    try {
        co_await aio::with(aio::TaskGroup(), [&](aio::TaskGroup& group) -> aio::Coroutine<void> {
            group.create_task(fails("first"));
            group.create_task(fails("second"));
            co_return;
        });
    } catch (const aio::ExceptionGroup& group) {
        fmt::print("  task group: {}\n", group.what());
        for (const std::exception_ptr& error : group.exceptions()) fmt::print("    {}\n", aio::describe(error));
    }
}
// [/several]

int main() {
    fmt::print("through three frames\n");
    fmt::print("  main: outer returned {}\n", aio::run(outer()));
    fmt::print("out of a task\n");
    aio::run(through_a_task());
    fmt::print("where nobody looks\n");
    aio::run(nobody_looks());
    fmt::print("several at once\n");
    aio::run(several_at_once());
    fmt::print("out of run()\n");
    try {
        aio::run(fails("of main"));
    } catch (const std::runtime_error& error) { fmt::print("  main(): {}\n", error.what()); }
}
