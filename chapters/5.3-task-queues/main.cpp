// 5.3: producers, workers and a queue between them; then a queue that serves by priority.
#include <chrono>
#include <exception>
#include <random>
#include <string>
#include <vector>

#include "chapters/5.3-task-queues/async_task_queue.hpp"
#include "chapters/5.3-task-queues/priority_async_task_queue.hpp"
#include "chapters/arguments.hpp"
#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

void beyond_the_tutorial();  // beyond.cpp

// [jobs]
aio::Coroutine<std::string> simulate_work(std::string task_name, double duration) {
    print("Starting {} (duration: {}s)", task_name, duration);
    const std::chrono::duration<double> seconds(duration);
    co_await aio::sleep(std::chrono::duration_cast<std::chrono::nanoseconds>(seconds));
    print("Completed {}", task_name);
    co_return "Result of " + task_name;
}

aio::Coroutine<std::string> cpu_intensive_task(std::string task_name, long iterations) {
    print("Starting CPU task {}", task_name);
    long result = 0;
    for (long i = 0; i < iterations; ++i) {
        result += i * i;
        if (i % 10000 == 0) co_await aio::sleep(0s);  // lets the others go on
    }
    print("Completed CPU task {}", task_name);
    co_return "CPU result: " + std::to_string(result);
}
// [/jobs]

double uniform(double low, double high) {
    static std::mt19937 generator{std::random_device()()};
    return std::uniform_real_distribution(low, high)(generator);
}

// [queue]
aio::Coroutine<void> task_queue_demo() {
    print("=== Async Task Queue ===");

    tutorial::AsyncTaskQueue queue(3);
    queue.start();

    std::vector<std::string> task_ids;
    for (int i = 0; i < 5; ++i) {
        const JobFunction job = [name = "Task-" + std::to_string(i), duration = uniform(0.5, 2.0)] {
            return simulate_work(name, duration);
        };
        task_ids.push_back(co_await queue.add_task(job));
    }
    for (int i = 0; i < 3; ++i) {
        const JobFunction job = [name = "CPUTask-" + std::to_string(i)] { return cpu_intensive_task(name, 50000); };
        task_ids.push_back(co_await queue.add_task(job));
    }

    co_await queue.join();

    print("\nTask results:");
    for (const std::string& task_id : task_ids) {
        try {
            const std::string result = co_await queue.get_result(task_id);
            print(" {}: {}", task_id, result);
        } catch (const std::exception& error) { print(" {}: Error - {}", task_id, error.what()); }
    }

    co_await queue.stop();
}
// [/queue]

// [priority]
aio::Coroutine<void> priority_queue_demo() {
    print("\n=== Priority Task Queue ===");

    tutorial::PriorityAsyncTaskQueue queue(2);
    queue.start();

    const std::vector<std::pair<int, std::string>> tasks = {
        {3, "Low Priority"}, {1, "High Priority"}, {2, "Medium Priority"}, {1, "Another High"}, {3, "Another Low"}};
    std::vector<std::string> task_ids;
    for (const auto& [priority, name] : tasks) {
        const JobFunction job = [name_of_job = name] { return simulate_work(name_of_job, 1.0); };
        task_ids.push_back(co_await queue.add_task(priority, job));
    }

    co_await aio::sleep(3s);
    co_await queue.stop();

    print("\nPriority task results:");
    for (const std::string& task_id : task_ids)
        if (queue.results().contains(task_id)) print(" {}: {}", task_id, queue.results().at(task_id));
}
// [/priority]

aio::Coroutine<void> run_all_task_queue_demos() {
    co_await task_queue_demo();
    co_await priority_queue_demo();
}

int main(int argc, char** argv) {
    accept_no_arguments(argc, argv);
    aio::run(run_all_task_queue_demos());
    beyond_the_tutorial();
}
