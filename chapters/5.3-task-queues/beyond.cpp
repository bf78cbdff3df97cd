// 5.3, second part: errors that reach the asker, ends that lose nothing, a limit, and CPU work in threads.
#include <chrono>
#include <string>
#include <vector>

#include "chapters/5.3-task-queues/async_task_queue.hpp"
#include "chapters/5.3-task-queues/job_queue.hpp"
#include "chapters/5.3-task-queues/priority_async_task_queue.hpp"
#include "chapters/python_print.hpp"
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using python::print;

namespace {

aio::Coroutine<std::string> work(std::string name) {
    co_await aio::sleep(100ms);
    print("    {} ran", name);
    co_return "result of " + name;
}

aio::Coroutine<std::string> failing() {
    co_await aio::sleep(100ms);
    throw aio::ValueError("no such file");
}

aio::Coroutine<std::string> timing_out() {
    co_await aio::sleep(100ms);
    throw aio::TimeoutError();
}

/// Whether `operation` ends within 3 s.
aio::Coroutine<void> try_for_3_seconds(std::string what, aio::Coroutine<void> operation) {
    try {
        co_await aio::wait_for(std::move(operation), 3s);
        print("{} returned", what);
    } catch (const aio::TimeoutError&) { print("{} still waits after 3 s", what); }
}

// [tutorial-errors]
aio::Coroutine<void> errors_in_the_tutorial() {
    print("\n--- The tutorial: a failed job has no result, and a job's TimeoutError breaks join() ---");
    tutorial::AsyncTaskQueue queue(1);
    queue.start();
    const std::string id = co_await queue.add_task(failing);
    const auto ask = [&]() -> aio::Coroutine<void> { co_await queue.get_result(id); };
    co_await try_for_3_seconds("get_result()", ask());

    co_await queue.add_task(timing_out);
    co_await try_for_3_seconds("join()", queue.join());
    co_await try_for_3_seconds("stop()", queue.stop());
}
// [/tutorial-errors]

aio::Coroutine<void> print_outcome(aio::Future<std::string> future) {
    try {
        const std::string result = co_await future;
        print("asker: {}", result);
    } catch (const aio::CancelledError&) { print("asker: cancelled"); } catch (...) {
        print("asker: {}", aio::describe(std::current_exception()));
    }
}

// [errors]
aio::Coroutine<void> errors_reach_the_asker() {
    print("\n--- A future per job: the error is thrown to the one who asks, as often as he asks ---");
    const auto block = [](JobQueue<std::string>& queue) -> aio::Coroutine<void> {
        const auto first = co_await queue.submit(failing);
        const auto second = co_await queue.submit(timing_out);
        const auto third = co_await queue.submit([] { return work("C"); });
        co_await print_outcome(first);
        co_await print_outcome(first);
        co_await print_outcome(second);
        co_await print_outcome(third);
    };
    JobQueue<std::string> queue(1, 10);
    co_await aio::with(queue, block);
}
// [/errors]

// [tutorial-stop]
aio::Coroutine<void> stop_in_the_tutorial() {
    print("\n--- The tutorial: stop() with jobs in the queue hangs, or loses them ---");
    tutorial::AsyncTaskQueue queue(1);
    queue.start();
    for (const char* name : {"A", "B", "C"}) {
        const JobFunction job = [name] { return work(name); };
        co_await queue.add_task(job);
    }
    co_await aio::sleep(50ms);
    co_await try_for_3_seconds("stop()", queue.stop());
    print("jobs that never ran: {}", queue.qsize());

    tutorial::PriorityAsyncTaskQueue by_priority(1);
    by_priority.start();
    for (const char* name : {"A", "B", "C"}) {
        const JobFunction job = [name] { return work(name); };
        co_await by_priority.add_task(1, job);
    }
    co_await aio::sleep(50ms);
    co_await try_for_3_seconds("stop() of the priority queue", by_priority.stop());
    print("results: {} of 3", by_priority.results().size());
}
// [/tutorial-stop]

// [stop]
aio::Coroutine<void> stop_right(Stop mode) {
    std::vector<aio::Future<std::string>> futures;
    const auto block = [&](PriorityJobQueue<std::string>& queue) -> aio::Coroutine<void> {
        futures.push_back(co_await queue.submit([] { return work("A"); }, 1));
        futures.push_back(co_await queue.submit([] { return work("B"); }, 2000));
        futures.push_back(co_await queue.submit([] { return work("C"); }, 2));
        co_await aio::sleep(150ms);
        co_await queue.stop(mode);
        try {
            co_await queue.submit(failing);
        } catch (const aio::QueueShutDown& error) { print("submit: {}", error.what()); }
    };
    PriorityJobQueue<std::string> queue(1, 10);
    co_await aio::with(queue, block);
    for (const auto& future : futures) co_await print_outcome(future);
}
// [/stop]

aio::Coroutine<void> both_ways_to_stop() {
    print("\n--- Stop, and run what is queued: by priority, whatever the number ---");
    co_await stop_right(Stop::drain);
    print("\n--- Stop, and discard: who asks is told ---");
    co_await stop_right(Stop::discard);
}

// [limit]
aio::Coroutine<void> a_limit() {
    print("\n--- A limit: submit() waits while the queue is full ---");
    const auto block = [](JobQueue<std::string>& queue) -> aio::Coroutine<void> {
        for (const char* name : {"A", "B", "C", "D"}) {
            const JobFunction job = [name] { return work(name); };
            co_await queue.submit(job);
            print("submitted {}", name);
        }
    };
    JobQueue<std::string> queue(1, 2);
    co_await aio::with(queue, block);
}
// [/limit]

// [cpu]
std::string sum_of_squares() {
    long sum = 0;
    for (long i = 0; i < 50000; ++i) sum += i * i;
    return std::to_string(sum);
}

aio::Coroutine<std::string> in_the_loops_thread() { co_return sum_of_squares(); }
aio::Coroutine<std::string> in_a_thread_of_the_pool() { co_return co_await aio::to_thread(sum_of_squares); }

/// Awaits the sum, and says whether the ticker went on meanwhile.
aio::Coroutine<std::string> beside_ticker(aio::Coroutine<std::string> sum, const int& ticks) {
    const int before = ticks;
    const std::string result = co_await sum;
    co_return result + (ticks > before ? "; the ticker went on" : "; the ticker stood still");
}

aio::Coroutine<void> cpu_work() {
    print("\n--- CPU work: in the loop's thread all others stand still; in a thread of the pool they go on ---");
    int ticks = 0;
    const auto tick = [&]() -> aio::Coroutine<void> {
        for (;; ++ticks) co_await aio::sleep(0s);
    };
    const auto ticker = aio::create_task(tick);
    const auto block = [&](JobQueue<std::string>& queue) -> aio::Coroutine<void> {
        for (const auto sum : {in_the_loops_thread, in_a_thread_of_the_pool}) {
            const auto job = [&ticks, sum] { return beside_ticker(sum(), ticks); };
            const auto future = co_await queue.submit(job);
            co_await print_outcome(future);
        }
    };
    JobQueue<std::string> queue(3, 10);
    co_await aio::with(queue, block);
    ticker.cancel();
}
// [/cpu]

}  // namespace

void beyond_the_tutorial() {
    print("=== Beyond the tutorial ===");
    aio::run(errors_in_the_tutorial());
    aio::run(errors_reach_the_asker());
    aio::run(stop_in_the_tutorial());
    aio::run(both_ways_to_stop());
    aio::run(a_limit());
    aio::run(cpu_work());
}
