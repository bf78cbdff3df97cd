// 2.2, second part: what happens when two things are due at the same moment, and what a future is for.
#include <chrono>
#include <stdexcept>
#include <string>

#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

namespace {

aio::Coroutine<void> two_timers_for_one_moment() {
    print("\n--- Two timers for the same moment: the one that was set first goes first ---");
    aio::EventLoop& loop = aio::get_running_loop();
    const aio::TimePoint moment = loop.time() + 10ms;
    loop.call_at(moment, [] { print("the timer that was set first"); });
    loop.call_at(moment, [] { print("the timer that was set second"); });
    co_await aio::sleep(20ms);
}

aio::Coroutine<void> wait_at(aio::Future<void> gate) {
    try {
        co_await gate;
        print("the task got through the gate");
    } catch (const aio::CancelledError&) {
        print("the task was cancelled, though its wait was over");
        throw;
    }
}

aio::Coroutine<void> cancelled_at_the_last_moment() {
    print("\n--- A cancel still counts when the wait is over, as long as the task has not run again ---");
    aio::Future<void> gate;
    auto task = aio::create_task(wait_at(gate));
    co_await aio::sleep(10ms);

    gate.set_result();  // the task is ready now, but its turn has not come
    task.cancel();
    try {
        co_await task;
    } catch (const aio::CancelledError&) { print("task.cancelled(): {}", task.cancelled()); }
}

// [after-the-step]
aio::Coroutine<void> many_steps(aio::Future<void> third_step_done) {
    for (int i = 0; i < 10; ++i) {
        co_await aio::sleep(10ms);
        print("step {}", i);
        if (i == 2) third_step_done.set_result();
    }
}

aio::Coroutine<void> cancel_after_the_third_step() {
    print("\n--- The right way to cancel after the third step: wait for the step, not for a time ---");
    aio::Future<void> third_step_done;
    auto task = aio::create_task(many_steps(third_step_done));
    co_await third_step_done;
    task.cancel();
    try {
        co_await task;
    } catch (const aio::CancelledError&) { print("cancelled after step 2"); }
}
// [/after-the-step]

void a_future_without_a_loop() {
    print("\n--- A future belongs to the running loop, and where none runs it can't be made ---");
    try {
        aio::Future<int> future;
    } catch (const aio::RuntimeError& error) { print("{}", error.what()); }
}

// [filled-later]
aio::Coroutine<void> a_future_that_is_filled_later() {
    print("\n--- What a future is for: somebody waits, somebody else sets the result later ---");
    aio::Future<std::string> future;
    aio::get_running_loop().call_later(10ms, [future] {
        print("timer: sets the result");
        future.set_result("a result from the timer");
        print("timer: goes on, the waiter runs in a later turn of the loop");
    });
    print("waiter: waits, done: {}", future.done());
    const std::string result = co_await future;
    print("waiter: got {}", python::repr(result));
}
// [/filled-later]

aio::Coroutine<void> a_future_that_fails() {
    print("\n--- A future can end with an exception instead; it can end only once ---");
    aio::Future<std::string> future;
    aio::get_running_loop().call_later(10ms, [future] { future.set_exception(std::runtime_error("no answer")); });
    try {
        co_await future;
    } catch (const std::runtime_error& error) { print("awaiting it throws: {}", error.what()); }
    try {
        future.set_result("too late");
    } catch (const aio::InvalidStateError& error) { print("setting it again throws: {}", error.what()); }
}

aio::Coroutine<void> a_completed_future() {
    print("\n--- A future that is done answers at once; a task first needs a turn of the loop ---");
    bool loop_went_on = false;
    aio::get_running_loop().call_soon([&] { loop_went_on = true; });

    aio::Future<int> future;
    future.set_result(1);
    co_await future;
    print("after awaiting a future that was done, the loop went on: {}", loop_went_on);

    auto task = aio::create_task(aio::sleep(0s));  // the tutorial calls this a completed future
    print("the task is done before it is awaited: {}", task.done());
    co_await task;
    print("after awaiting the task, the loop went on: {}", loop_went_on);
}

}  // namespace

void beyond_the_tutorial() {
    print("=== Beyond the tutorial ===");
    aio::run(two_timers_for_one_moment());
    aio::run(cancelled_at_the_last_moment());
    aio::run(cancel_after_the_third_step());
    a_future_without_a_loop();
    aio::run(a_future_that_is_filled_later());
    aio::run(a_future_that_fails());
    aio::run(a_completed_future());
}
