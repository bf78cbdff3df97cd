// 6.3, second part: all three ways in which a task can end, and a program that says by itself where it stands.
#include <chrono>
#include <csignal>
#include <exception>
#include <ranges>
#include <string>
#include <thread>
#include <vector>

#include "chapters/6.3-debugging/watched.hpp"
#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

namespace {

// [logged]
/// The decorator again, with all three endings. What the log does not take is not formatted.
aio::Coroutine<void> logged(std::string name, aio::Coroutine<void> task) {
    const std::string id = aio::current_task().get_name();  // not its address: that is used again
    const aio::TimePoint start = aio::get_running_loop().time();
    spdlog::debug("{}: starts {}", id, name);
    try {
        co_await task;
        spdlog::debug("{}: completed {} in {:.3f}s", id, name, seconds_since(start));
    } catch (const aio::CancelledError&) {
        spdlog::warn("{}: cancelled {} after {:.3f}s", id, name, seconds_since(start));
        throw;
    } catch (const std::exception& error) {
        spdlog::error("{}: failed {} after {:.3f}s: {}", id, name, seconds_since(start), error.what());
        throw;
    }
}
// [/logged]

aio::Coroutine<void> sleeps(aio::Duration time) { co_await aio::sleep(time); }
aio::Coroutine<void> fails() {
    co_await aio::sleep(10ms);
    throw aio::ValueError("no more paper");
}

aio::Coroutine<void> three_endings() {
    print("\n--- A task can end in three ways: each is logged, each is counted ---");
    AsyncTaskTracker tracker;
    auto good = tracker.track_task(logged("good", sleeps(10ms)), "good");
    auto bad = tracker.track_task(logged("bad", fails()), "bad");
    auto stopped = tracker.track_task(logged("stopped", sleeps(1h)), "stopped");
    co_await aio::sleep(20ms);
    stopped.cancel();
    co_await aio::gather(aio::return_exceptions, good, bad, stopped);
    print_summary(tracker);
}

aio::Coroutine<void> one_number_each() {
    print("\n--- 50 short tasks, one after the other: the memory is used again, the number is not ---");
    AsyncTaskTracker tracker;
    for (int i = 0; i < 50; ++i) co_await tracker.track_task(sleeps(0s), "short");
    print("tracked: {}, still running: {}", tracker.entries().size(), tracker.count(Status::running));
}

// [levels]
void what_is_not_logged_is_not_formatted() {
    print("\n--- A line that the log does not take is not even put together ---");
    int computed = 0;
    const auto square = [&](int x) { return ++computed, x * x; };
    const auto squares = std::views::iota(0, 3) | std::views::transform(square);  // computed when they are asked for
    for (const auto level : {spdlog::level::info, spdlog::level::debug}) {
        spdlog::set_level(level);
        spdlog::debug("squares: {}", fmt::join(squares.begin(), squares.end(), " "));
        print("level {}: {} squares computed", spdlog::level::to_string_view(level).data(), computed);
    }
}
// [/levels]

// [two-locks]
aio::Coroutine<void> move_money(aio::Lock& from, aio::Lock& to) {
    const auto first = co_await from.scoped();
    co_await aio::sleep(10ms);
    const auto second = co_await to.scoped();
}
aio::Coroutine<void> transfer(aio::Lock& from, aio::Lock& to) { co_await move_money(from, to); }

aio::Coroutine<void> a_deadlock() {
    print("\n--- Two tasks wait for each other: the dump of all tasks names the circle ---");
    aio::Lock savings, household;
    auto one = aio::create_task(transfer(savings, household), "one");
    auto two = aio::create_task(transfer(household, savings), "two");
    co_await aio::sleep(1s);
    print("{}", aio::format_tasks());
    one.cancel();  // and so gives its lock back
    co_await two;
}
// [/two-locks]

// [same-order]
aio::Coroutine<void> in_one_order() {
    print("--- The right way: everybody takes the locks in one order ---");
    aio::Lock savings, household;
    auto one = aio::create_task(transfer(savings, household), "one");
    auto two = aio::create_task(transfer(savings, household), "two");
    co_await aio::sleep(5ms);
    print("{}", aio::format_call_graph(two));
    co_await aio::gather(one, two);
    print("both are done");
}
// [/same-order]

// [signal]
aio::Coroutine<void> ask(aio::Event& answer) { co_await answer.wait(); }

aio::Coroutine<void> asked_by_a_signal() {
    print("\n--- A program that waits, and nobody knows for what: at a signal it tells, on stderr ---");
    const aio::DumpTasksOnSignal dump_on_usr1;
    aio::Event answer;
    const auto client = aio::create_task(ask(answer), "client");
    co_await aio::sleep(10ms);
    std::raise(SIGUSR1);  // as `kill -USR1 PID` does from a shell
    co_await aio::sleep(10ms);
    answer.set();
    co_await client;
}
// [/signal]

// [slow-step]
aio::Coroutine<void> compute() {
    co_await aio::sleep(0s);
    std::this_thread::sleep_for(150ms);  // work without an await: nobody else runs meanwhile
    co_await aio::sleep(0s);
}

aio::Coroutine<void> a_slow_step() {
    print("\n--- A step that takes 0.15 s, and a task whose error nobody sees: debug mode tells, on stderr ---");
    aio::set_debug(true);
    co_await aio::create_task(compute(), "calculator");
    aio::create_task(fails(), "forgotten");
    co_await aio::sleep(20ms);
    aio::set_debug(false);
}
// [/slow-step]

}  // namespace

void beyond_the_tutorial() {
    print("=== Beyond the tutorial ===");
    std::fflush(stdout);
    fmt::print(stderr, "=== Beyond the tutorial ===\n");
    aio::run(three_endings());
    aio::run(one_number_each());
    what_is_not_logged_is_not_formatted();
    aio::run(a_deadlock());
    aio::run(in_one_order());
    aio::run(asked_by_a_signal());
    aio::run(a_slow_step());
}
