// The queue of chapter 5.3 that does right what the tutorial gets wrong: each test here fails on the tutorial's way.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "chapters/5.3-task-queues/job_queue.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::with;

constexpr int jobs = 100'000;

Coroutine<int> count(std::vector<int>& runs, int number) {
    co_await aio::sleep(std::chrono::seconds(0));
    ++runs[static_cast<std::size_t>(number)];
    if (number % 7 == 0) throw aio::ValueError(std::to_string(number));
    co_return number;
}

TEST_ON_LOOP(ChapterJobQueue, runs_a_hundred_thousand_jobs_once_each_over_8_workers) {
    std::vector<int> runs(jobs);
    int right = 0;
    const auto block = [&](JobQueue<int>& queue) -> Coroutine<void> {
        std::vector<aio::Future<int>> futures;
        for (int i = 0; i < jobs; ++i) {
            const auto job = [&runs, i] { return count(runs, i); };
            futures.push_back(co_await queue.submit(job));
        }
        for (int i = 0; i < jobs; ++i) {
            try {
                const int value = co_await futures[static_cast<std::size_t>(i)];
                right += value == i && i % 7 != 0;
            } catch (const aio::ValueError& error) { right += error.what() == std::to_string(i) && i % 7 == 0; }
        }
    };
    JobQueue<int> queue(8, 100);
    co_await with(queue, block);
    EXPECT_EQ(right, jobs);
    EXPECT_EQ(runs, std::vector<int>(jobs, 1));
}

Coroutine<int> fails() {
    throw aio::TimeoutError();
    co_return 0;
}

Coroutine<int> sleeps() {
    co_await aio::sleep(std::chrono::seconds(1));
    co_return 1;
}

TEST_ON_LOOP(ChapterJobQueue, gives_the_error_to_the_asker_each_time) {
    std::string first, second;
    const auto block = [&](JobQueue<int>& queue) -> Coroutine<void> {
        const auto future = co_await queue.submit(fails);
        const auto ask = [&]() -> Coroutine<void> { co_await future; };
        first = co_await ending_of(ask());
        second = co_await ending_of(ask());
    };
    JobQueue<int> queue(1, 1);
    co_await with(queue, block);
    EXPECT_EQ(first, "aio::TimeoutError: timed out");
    EXPECT_EQ(second, first);
}

TEST_ON_LOOP(ChapterJobQueue, drains_at_the_end_of_the_block_and_discards_when_it_throws) {
    for (const bool throws : {false, true}) {
        std::vector<aio::Future<int>> futures;
        const auto block = [&](PriorityJobQueue<int>& queue) -> Coroutine<void> {
            for (const int priority : {1, 999, 2000}) futures.push_back(co_await queue.submit(sleeps, priority));
            co_await aio::sleep(std::chrono::milliseconds(1500));
            if (throws) throw aio::ValueError("block");
        };
        PriorityJobQueue<int> queue(1, 10);
        co_await ending_of(with(queue, block));
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_TRUE(futures[i].done());
            EXPECT_EQ(futures[i].cancelled(), throws && i > 0) << i;
        }
    }
}

TEST_ON_LOOP(ChapterJobQueue, leaves_nothing_pending_when_its_drain_is_cancelled_twice) {
    std::vector<aio::Future<int>> futures;
    const auto block = [&](JobQueue<int>& queue) -> Coroutine<void> {
        for (int i = 0; i < 3; ++i) futures.push_back(co_await queue.submit(sleeps));
    };
    JobQueue<int> queue(1, 10);
    const auto task = aio::create_task(with(queue, block));
    co_await aio::sleep(std::chrono::milliseconds(500));
    task.cancel();
    task.cancel();
    co_await aio::gather(aio::return_exceptions, task);
    EXPECT_TRUE(task.cancelled());
    for (const auto& future : futures) EXPECT_TRUE(future.cancelled());
}

}  // namespace
