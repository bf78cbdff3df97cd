// 2.3, second part: in what order results come, how to end tasks that are not needed any more, and how to look at
// each outcome of a gather.
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

namespace {

aio::Coroutine<std::string> fetch_data(std::string source, std::chrono::milliseconds delay) {
    co_await aio::sleep(delay);
    co_return "Data from " + source;
}

aio::Coroutine<void> the_order_of_results() {
    print("\n--- wait() gives the tasks in your order, as_completed() in the order in which they end ---");
    const std::vector tasks = {aio::create_task(fetch_data("A", 30ms)), aio::create_task(fetch_data("B", 10ms)),
                               aio::create_task(fetch_data("C", 20ms))};
    for (auto next : aio::as_completed(tasks)) {
        const std::string result = co_await next;
        print("as_completed: {}", result);
    }
    const auto [done, pending] = co_await aio::wait(tasks);
    for (const auto& task : done) print("wait: {}", task.result());
}

aio::Coroutine<std::string> pass(std::string name, aio::Future<void> gate) {
    co_await gate;
    co_return name;
}

aio::Coroutine<void> the_first_of_two() {
    print("\n--- Several tasks can end in one turn: then only as_completed() knows which was the first ---");
    aio::Future<void> gate;
    const auto first = aio::create_task(pass("the first at the gate", gate));
    const auto second = aio::create_task(pass("the second at the gate", gate));
    co_await aio::sleep(10ms);  // now both stand there

    const std::vector tasks = {second, first};
    auto completed = aio::as_completed(tasks);
    gate.set_result();
    const auto [done, pending] = co_await aio::wait(tasks, aio::FIRST_COMPLETED);
    print("wait: {} are done, at the front is {}", done.size(), done.front().result());
    const std::string winner = co_await *completed.begin();
    print("as_completed: {}", winner);
}

aio::Coroutine<void> hold_file(std::string name) {
    try {
        co_await aio::sleep(10s);
    } catch (const aio::CancelledError&) { throw std::runtime_error("the disk is full, " + name + " is not saved"); }
}

aio::Coroutine<void> cancel_and_leave() {
    print("\n--- cancel() only asks: if nobody awaits the task, an error in its clean-up is lost to you ---");
    aio::get_running_loop().set_exception_handler([](const aio::ExceptionContext& context) {
        print("the loop says: {}: {}", context.message, aio::describe(context.exception));
    });
    const auto task = aio::create_task(hold_file("a.txt"));
    co_await aio::sleep(10ms);
    task.cancel();
    print("after cancel(), done: {}", task.done());
}

// [cancel-and-wait]
aio::Coroutine<void> cancel_and_wait() {
    print("\n--- The right way: cancel, then wait until all have ended, and look at how ---");
    const std::vector tasks = {aio::create_task(hold_file("a.txt")), aio::create_task(aio::sleep(10s))};
    co_await aio::sleep(10ms);
    for (const auto& task : tasks) task.cancel();
    for (const auto& outcome : co_await aio::gather(aio::return_exceptions, tasks))
        print("it ended with {}", aio::describe(outcome.error()));
    print("after the wait, done: {}, {}", tasks[0].done(), tasks[1].done());
}
// [/cancel-and-wait]

aio::Coroutine<std::string> fail(std::string source) {
    co_await aio::sleep(10ms);
    throw std::runtime_error(source + " is down");
}

aio::Coroutine<void> three_kinds_of_outcome() {
    print("\n--- With return_exceptions each outcome is one of three: a value, an error, or cancelled ---");
    const std::vector tasks = {aio::create_task(fetch_data("API 1", 20ms)), aio::create_task(fail("API 2")),
                               aio::create_task(fetch_data("API 3", 10s))};
    aio::get_running_loop().call_later(30ms, [tasks] { tasks[2].cancel(); });

    // [outcomes]
    const auto outcomes = co_await aio::gather(aio::return_exceptions, tasks);
    for (const auto& outcome : outcomes) {
        if (outcome.has_value())
            print("a value: {}", outcome.value());
        else if (outcome.cancelled())
            print("cancelled");
        else
            print("an error: {}", aio::describe(outcome.error()));
    }
    // [/outcomes]
}

}  // namespace

void beyond_the_tutorial() {
    print("=== Beyond the tutorial ===");
    aio::run(the_order_of_results());
    aio::run(the_first_of_two());
    aio::run(cancel_and_leave());
    aio::run(cancel_and_wait());
    aio::run(three_kinds_of_outcome());
}
