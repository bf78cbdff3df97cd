// 6.3: log what tasks do, measure blocks of code, and keep the state of each task.
#include <array>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "chapters/6.3-debugging/logging.hpp"
#include "chapters/6.3-debugging/watched.hpp"
#include "chapters/arguments.hpp"
#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

void beyond_the_tutorial();  // beyond.cpp

void print_summary(const AsyncTaskTracker& tracker) {
    print("\nTask Summary:");
    print(" Total: {}", tracker.entries().size());
    print(" Running: {}", tracker.count(Status::running));
    print(" Completed: {}", tracker.count(Status::completed));
    print(" Failed: {}", tracker.count(Status::failed));
    print(" Cancelled: {}", tracker.count(Status::cancelled));

    print("\nTask Details:");
    for (const AsyncTaskTracker::Entry& entry : tracker.entries()) {
        switch (entry.status) {
            case Status::running: print(" {}: running", entry.name); break;
            case Status::completed: print(" {}: completed ({:.3f}s)", entry.name, entry.duration); break;
            case Status::failed: print(" {}: failed - {}", entry.name, entry.error); break;
            case Status::cancelled: print(" {}: cancelled", entry.name); break;
        }
    }
}

// [tasks]
aio::Coroutine<std::string> sample_task(std::string name, aio::Duration duration) {
    co_await aio::sleep(duration);
    co_return "Task " + name + " completed";
}

aio::Coroutine<void> monitored_task() {
    co_await aio::with(PerformanceMonitor("Database Query"),
                       []() -> aio::Coroutine<void> { co_await aio::sleep(500ms); });
    co_await aio::with(PerformanceMonitor("API Call"), []() -> aio::Coroutine<void> { co_await aio::sleep(300ms); });
}

aio::Coroutine<void> failing_task() {
    co_await aio::sleep(200ms);
    throw aio::ValueError("Simulated failure");
}
// [/tasks]

// [demo]
aio::Coroutine<void> debugging_demo() {
    print("=== Async Debugging and Monitoring ===");
    std::mt19937 random(std::random_device{}());
    std::uniform_int_distribution<int> milliseconds(100, 499);

    AsyncTaskTracker tracker;
    std::vector<aio::Task<std::string>> samples;
    for (int i = 0; i < 5; ++i) {
        auto work = sample_task("Task-" + std::to_string(i), std::chrono::milliseconds(milliseconds(random)));
        samples.push_back(tracker.track_task(debug_async_task("sample_task", std::move(work)),  //
                                             "SampleTask-" + std::to_string(i)));
    }
    auto monitored = tracker.track_task(monitored_task(), "MonitoredTask");
    auto failing = tracker.track_task(failing_task(), "FailingTask");

    co_await aio::gather(aio::return_exceptions, aio::gather(aio::return_exceptions, samples), monitored, failing);
    print_summary(tracker);
}
// [/demo]

int main(int argc, char** argv) {
    accept_no_arguments(argc, argv);
    basic_config();
    spdlog::get("asyncio")->debug("Using selector: EpollSelector");  // asyncio says so when it makes its loop
    aio::run(debugging_demo());
    beyond_the_tutorial();
}
