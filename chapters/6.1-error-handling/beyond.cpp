// 6.1, second part: cancelled is a third case, a clean-up that a second cancel can't break, what becomes of the
// others when one fails, and an error that nobody looks at.
#include <chrono>
#include <exception>
#include <string>
#include <vector>

#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

namespace {

// [three-cases]
aio::Coroutine<int> work(int number) {
    co_await aio::sleep(100ms);
    if (number == 2) throw aio::ValueError("no such number");
    co_return number * 10;
}

std::string what_became_of(const aio::Outcome<int>& outcome) {
    if (outcome.has_value()) return "succeeded: " + std::to_string(outcome.value());
    if (outcome.cancelled()) return "was cancelled";
    return "failed: " + aio::describe(outcome.error());
}

aio::Coroutine<void> three_cases() {
    print("\n--- A value, an error, cancelled: three cases ---");
    const std::vector tasks = {aio::create_task(work(1)), aio::create_task(work(2)), aio::create_task(work(3))};
    aio::get_running_loop().call_later(50ms, [task = tasks[2]] { task.cancel(); });

    const std::vector<aio::Outcome<int>> outcomes = co_await aio::gather(aio::return_exceptions, tasks);
    for (const auto& outcome : outcomes) {
        const bool is_exception = aio::holds<std::exception>(outcome.error());  // what the tutorial asks
        const std::string tutorial = is_exception ? "failed" : "succeeded";
        print("the tutorial's test says \"{}\"; it {}", tutorial, what_became_of(outcome));
    }
}
// [/three-cases]

// [cleanup]
aio::Coroutine<void> clean_up() {
    print("cleaning up...");
    co_await aio::sleep(100ms);
    print("clean-up done");
}

aio::Coroutine<void> work_then_clean_up(bool deferred) {
    std::exception_ptr cancelled;
    try {
        co_await aio::sleep(10s);
    } catch (const aio::CancelledError&) { cancelled = std::current_exception(); }
    if (deferred)
        co_await aio::defer_cancellation(clean_up());
    else
        co_await clean_up();
    if (cancelled) std::rethrow_exception(cancelled);
}

aio::Coroutine<void> cancel_twice(bool deferred) {
    auto task = aio::create_task(work_then_clean_up(deferred));
    co_await aio::sleep(50ms);
    task.cancel();
    co_await aio::sleep(50ms);
    task.cancel();  // somebody is impatient: a time limit, the end of the program
    co_await aio::gather(aio::return_exceptions, task);
    print("the task is cancelled: {}", task.cancelled());
}

aio::Coroutine<void> a_second_cancel() {
    print("\n--- A second cancel breaks a clean-up that awaits ---");
    co_await cancel_twice(false);
    print("\n--- defer_cancellation() lets it end first ---");
    co_await cancel_twice(true);
}
// [/cleanup]

// [siblings]
aio::Coroutine<int> fails_after(std::chrono::milliseconds delay, std::string text) {
    co_await aio::sleep(delay);
    throw aio::ValueError(text);
}

aio::Coroutine<int> sibling() {
    try {
        co_await aio::sleep(200ms);
        print("sibling: done, and nobody wants the result");
    } catch (const aio::CancelledError&) {
        print("sibling: cancelled");
        throw;
    }
    co_return 1;
}

aio::Coroutine<void> siblings_in_gather() {
    print("\n--- gather without return_exceptions: the first error comes out, the siblings run on ---");
    int reports = 0;
    aio::get_running_loop().set_exception_handler([&](const aio::ExceptionContext&) { ++reports; });
    try {
        co_await aio::gather(fails_after(100ms, "first"), sibling(), fails_after(150ms, "second"));
    } catch (const aio::ValueError& error) { print("caught: {}", error.what()); }
    co_await aio::sleep(200ms);
    print("reports of the second error: {}", reports);  // gather has seen it, so it does not count as lost
    aio::get_running_loop().set_exception_handler({});
}
// [/siblings]

// [group]
aio::Coroutine<void> siblings_in_group() {
    print("\n--- TaskGroup: the siblings are cancelled and awaited, and all errors come out ---");
    const auto block = [](aio::TaskGroup& group) -> aio::Coroutine<void> {
        group.create_task(fails_after(100ms, "first"));
        group.create_task(fails_after(100ms, "second"));
        group.create_task(sibling());
        co_return;
    };
    try {
        co_await aio::with(aio::TaskGroup(), block);
    } catch (const aio::ExceptionGroup& group) {
        print("caught: {}", group.what());
        for (const std::exception_ptr& error : group.exceptions()) print("    {}", aio::describe(error));
    }
}
// [/group]

// [never-retrieved]
aio::Coroutine<void> an_error_nobody_looks_at() {
    print("\n--- An error that nobody looks at is reported when the task's last handle goes ---");
    aio::get_running_loop().set_exception_handler([](const aio::ExceptionContext& context) {
        print("exception handler: {} ({}): {}", context.message, context.task, aio::describe(context.exception));
    });
    aio::create_task(fails_after(10ms, "lost"), "background job");
    co_await aio::sleep(20ms);
}
// [/never-retrieved]

}  // namespace

void beyond_the_tutorial() {
    print("=== Beyond the tutorial ===");
    aio::run(three_cases());
    aio::run(a_second_cancel());
    aio::run(siblings_in_gather());
    aio::run(siblings_in_group());
    aio::run(an_error_nobody_looks_at());
}
