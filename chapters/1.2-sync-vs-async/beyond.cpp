// 1.2, second part: what starts a coroutine, what to measure time with, and what becomes of the others when one fails.
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;
using python::seconds;

namespace {

aio::Coroutine<void> count_start(int& started) {
    ++started;
    co_return;
}

aio::Coroutine<void> what_starts_a_coroutine() {
    print("\n--- A coroutine starts when somebody awaits it; a task starts by itself ---");
    int started = 0;

    std::vector<aio::Coroutine<void>> coroutines;  // the tutorial calls such a list `tasks`
    for (int i = 0; i < 3; ++i) coroutines.push_back(count_start(started));
    co_await aio::sleep(10ms);
    print("three coroutines were made; started: {}", started);

    std::vector<aio::Task<void>> tasks;  // gather does this for every coroutine that it is given
    for (auto& coroutine : coroutines) tasks.push_back(aio::create_task(std::move(coroutine)));
    co_await aio::sleep(10ms);
    print("three tasks were made of them; started: {}", started);

    co_await aio::gather(tasks);
}

aio::Coroutine<void> a_clock_for_durations() {
    print("\n--- Durations are measured with a clock that nobody can set ---");
    aio::EventLoop& loop = aio::get_running_loop();
    std::chrono::hours set_back = 0h;
    const auto time_of_day = [&] { return std::chrono::system_clock::now() - set_back; };

    const auto start_of_day = time_of_day();
    const auto start = loop.time();
    co_await aio::sleep(20ms);
    set_back = 1h;  // as if somebody set the computer's clock meanwhile

    print("by the time of day, the sleep took {:.0f}s", seconds(time_of_day() - start_of_day));
    print("by the loop's clock, it took 20 ms or a little more: {}", loop.time() - start >= 20ms);
}

aio::Coroutine<void> fetch(std::string url, std::chrono::milliseconds delay) {
    try {
        co_await aio::sleep(delay);
        print("{}: finished", url);
    } catch (const aio::CancelledError&) {
        print("{}: cancelled", url);
        throw;
    }
}

aio::Coroutine<void> fail(std::string url, std::chrono::milliseconds delay) {
    co_await aio::sleep(delay);
    throw std::runtime_error(url + " is down");
}

std::size_t other_tasks() { return aio::all_tasks().size() - 1; }

aio::Coroutine<void> when_one_in_a_gather_fails() {
    print("\n--- When one coroutine in a gather fails, the others run on, and nobody waits for them ---");
    try {
        co_await aio::gather(fetch("url1", 20ms), fail("url2", 10ms), fetch("url3", 30ms));
    } catch (const std::exception& error) { print("gather failed: {}", error.what()); }
    print("tasks that still run: {}", other_tasks());
    co_await aio::sleep(50ms);
}

// [group]
aio::Coroutine<void> when_one_in_a_group_fails() {
    print("\n--- The right way: a TaskGroup cancels the others, waits for them, and then fails ---");
    try {
        co_await aio::with(aio::TaskGroup(), [&](auto& group) -> aio::Coroutine<void> {
            group.create_task(fetch("url1", 20ms));
            group.create_task(fail("url2", 10ms));
            group.create_task(fetch("url3", 30ms));
            co_return;
        });
    } catch (const aio::ExceptionGroup& group) {
        for (const auto& error : group.exceptions()) print("the group failed: {}", aio::describe(error));
    }
    print("tasks that still run: {}", other_tasks());
}
// [/group]

}  // namespace

void beyond_the_tutorial() {
    print("=== Beyond the tutorial ===");
    aio::run(what_starts_a_coroutine());
    aio::run(a_clock_for_durations());
    aio::run(when_one_in_a_gather_fails());
    aio::run(when_one_in_a_group_fails());
}
