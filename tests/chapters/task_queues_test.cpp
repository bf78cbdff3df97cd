// The queues of chapter 5.3 that do right what the tutorial gets wrong: each test here fails on the tutorial's way.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "chapters/5.3-task-queues/job_queue.hpp"
#include "runtime/aio.hpp"
#include "tests/support/counted.hpp"
#include "tests/support/every_turn.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::with;

/// A queue that polls for something that never comes does so for ever. On the virtual clock a day of that is short.
struct AtMostADay {
    aio::TimerHandle end = aio::get_running_loop().call_later(24h, [] {
        ADD_FAILURE() << "it waits for ever";
        std::abort();
    });
    ~AtMostADay() { end.cancel(); }
};

constexpr int jobs = 100'000;

Coroutine<int> count(std::vector<int>& runs, int number) {
    co_await aio::sleep(0s);
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

// ---- What a job is to its asker

Coroutine<int> fails() {
    throw aio::TimeoutError();
    co_return 0;
}

Coroutine<int> sleeps(aio::Duration time) {
    co_await aio::sleep(time);
    co_return 1;
}
Coroutine<int> sleeps_for_a_second() { return sleeps(1s); }

/// Whether it is value or error, and when it came.
template <class Future> Coroutine<std::string> answer(Future future) {
    std::string text;
    try {
        text = std::to_string(co_await future);
    } catch (const std::exception& error) { text = error.what(); }
    co_return text + " at " + std::to_string(now());
}

template <class Queue> Coroutine<void> ask_again() {
    const AtMostADay limit;
    const auto start = now();
    const auto at = [&](long time) { return " at " + std::to_string(start + time); };
    const auto block = [&](Queue& queue) -> Coroutine<void> {
        const auto good = co_await queue.submit(sleeps_for_a_second);
        const auto bad = co_await queue.submit(fails);
        const auto limited = co_await ending_of(aio::wait_for(aio::shield(good), 0s));
        EXPECT_EQ(limited, "aio::TimeoutError: timed out") << "no time is not for ever";
        EXPECT_EQ(now(), start);
        for (int times = 0; times < 3; ++times) {
            const std::string value = co_await answer(good), error = co_await answer(bad);
            EXPECT_EQ(value, "1" + at(1000));
            EXPECT_EQ(error, "timed out" + at(1000));
        }
    };
    Queue queue(1, 10);
    co_await with(queue, block);
}

TEST_ON_LOOP(ChapterJobQueue, gives_value_or_error_to_the_asker_at_once_and_as_often_as_he_asks) {
    co_await ask_again<JobQueue<int>>();
    co_await ask_again<PriorityJobQueue<int>>();
}

template <class Queue> Coroutine<void> time_out_in_a_job() {
    const AtMostADay limit;
    const auto start = now();
    const auto block = [&](Queue& queue) -> Coroutine<void> {
        const auto bad = co_await queue.submit(fails), good = co_await queue.submit(sleeps_for_a_second);
        co_await queue.stop(Stop::drain);
        EXPECT_EQ(now(), start + 1000);
        EXPECT_EQ(state_of(bad), "aio::TimeoutError: timed out");
        EXPECT_EQ(state_of(good), "returned");
    };
    Queue queue(1, 10);
    co_await with(queue, block);
}

TEST_ON_LOOP(ChapterJobQueue, does_not_take_a_jobs_timeout_for_its_own) {
    co_await time_out_in_a_job<JobQueue<int>>();
    co_await time_out_in_a_job<PriorityJobQueue<int>>();
}

TEST_ON_LOOP(ChapterJobQueue, keeps_no_result_for_which_nobody_can_ask) {
    Counted::reset();
    const auto job = []() -> Coroutine<Counted> { co_return Counted(7); };
    const auto block = [&](JobQueue<Counted>& queue) -> Coroutine<void> {
        {
            const auto kept = co_await queue.submit(job);
            for (int i = 0; i < 10; ++i) co_await queue.submit(job);
            co_await turns(20);
            EXPECT_TRUE(kept.done());
            EXPECT_EQ(Counted::alive(), 1);
        }
        EXPECT_EQ(Counted::alive(), 0);
    };
    JobQueue<Counted> queue(2, 20);
    co_await with(queue, block);
}

// ---- The queue at rest, at its limit, and before and after its work

class TurnCounter final : EveryTurn {
  public:
    int turns = 0;
  private:
    void end_of_turn(aio::EntryList&) override { ++turns; }
};

TEST_ON_LOOP(ChapterJobQueue, does_not_poll_while_a_worker_idles_and_an_asker_waits) {
    int turns_for[2] = {};
    for (const aio::Duration time : {aio::Duration(1s), aio::Duration(1h)}) {
        const auto block = [&](JobQueue<int>& queue) -> Coroutine<void> {
            const TurnCounter counter;
            const auto job = [time] { return sleeps(time); };
            const auto future = co_await queue.submit(job);
            co_await future;
            turns_for[time == 1h] = counter.turns;
        };
        JobQueue<int> queue(2, 10);
        co_await with(queue, block);
    }
    EXPECT_EQ(turns_for[0], turns_for[1]);
}

TEST_ON_LOOP(ChapterJobQueue, has_its_workers_wait_without_a_time_limit) {
    const auto block = [](JobQueue<int>& queue) -> Coroutine<void> {
        co_await turns(3);
        EXPECT_FALSE(aio::get_running_loop().timers().next());
        co_await queue.submit([] { return sleeps(0s); });
        co_await turns(10);
        EXPECT_FALSE(aio::get_running_loop().timers().next()) << "after a job";
    };
    JobQueue<int> queue(2, 10);
    co_await with(queue, block);
}

TEST_ON_LOOP(ChapterJobQueue, has_submit_wait_while_it_is_full) {
    std::string when;
    const auto block = [&](JobQueue<int>& queue) -> Coroutine<void> {
        for (int i = 0; i < 5; ++i) {
            co_await queue.submit(sleeps_for_a_second);
            when += std::to_string(now()) + " ";
        }
    };
    JobQueue<int> queue(1, 2);
    co_await with(queue, block);
    EXPECT_EQ(when, "0 0 0 1000 2000 ");
}

TEST_ON_LOOP(ChapterJobQueue, takes_no_job_before_its_start_and_after_its_end) {
    JobQueue<int> queue(1, 2);
    const auto submit = [&]() -> Coroutine<void> { co_await queue.submit(fails); };
    const std::string early = co_await ending_of(submit());
    const auto block = [](JobQueue<int>&) -> Coroutine<void> { co_return; };
    co_await with(queue, block);
    const std::string late = co_await ending_of(submit());
    EXPECT_EQ(early, "aio::RuntimeError: the queue of jobs is not started: use it inside with()");
    EXPECT_EQ(late, "aio::QueueShutDown: the queue was shut down");
}

// ---- CPU work

TEST_ON_LOOP(ChapterJobQueue, lets_the_loop_go_on_while_a_job_works_in_a_thread) {
    std::atomic<int> ticks = 0;
    const auto tick = [&]() -> Coroutine<void> {
        for (; ticks < 1'000'000; ++ticks) co_await aio::sleep(0s);
    };
    const auto work = [&] {  // if the loop stood still, its end would be too late
        for (int i = 0; i < 5000 && ticks < 100; ++i) std::this_thread::sleep_for(1ms);
        return ticks.load();
    };
    const auto job = [&]() -> Coroutine<int> { co_return co_await aio::to_thread(work); };
    const auto ticker = aio::create_task(tick);
    const auto block = [&](JobQueue<int>& queue) -> Coroutine<void> {
        const auto future = co_await queue.submit(job);
        const int seen = co_await future;
        EXPECT_GE(seen, 100);
    };
    JobQueue<int> queue(1, 1);
    co_await with(queue, block);
    ticker.cancel();
    co_await ending_of(ticker);
}

// ---- How it ends

/// 999 is the priority of the marker by which the tutorial ends its queue.
template <class Queue> Coroutine<void> stop(Stop mode, long time, std::string endings) {
    const AtMostADay limit;
    const auto start = now();
    std::vector<aio::Future<int>> futures;
    const auto block = [&](Queue& queue) -> Coroutine<void> {
        for (const int priority : {1, 999, 2000})
            futures.push_back(co_await queue.submit(sleeps_for_a_second, priority));
        co_await aio::sleep(1500ms);
        co_await queue.stop(mode);
        EXPECT_EQ(now(), start + time);
        std::string text;
        for (const auto& future : futures) text += state_of(future) + " ";
        EXPECT_EQ(text, endings);
    };
    Queue queue(1, 10);
    co_await with(queue, block);
}

TEST_ON_LOOP(ChapterJobQueue, returns_from_stop_when_all_jobs_have_ended_those_in_the_queue_too) {
    co_await stop<JobQueue<int>>(Stop::drain, 3000, "returned returned returned ");
    co_await stop<PriorityJobQueue<int>>(Stop::drain, 3000, "returned returned returned ");
}

TEST_ON_LOOP(ChapterJobQueue, discards_what_is_queued_and_what_runs_and_tells_those_who_ask) {
    co_await stop<JobQueue<int>>(Stop::discard, 1500, "returned cancelled cancelled ");
    co_await stop<PriorityJobQueue<int>>(Stop::discard, 1500, "returned cancelled cancelled ");
}

TEST_ON_LOOP(ChapterJobQueue, drains_at_the_end_of_the_block_and_discards_when_it_throws) {
    for (const bool throws : {false, true}) {
        std::vector<aio::Future<int>> futures;
        const auto block = [&](PriorityJobQueue<int>& queue) -> Coroutine<void> {
            for (const int priority : {1, 999, 2000})
                futures.push_back(co_await queue.submit(sleeps_for_a_second, priority));
            co_await aio::sleep(1500ms);
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
        for (int i = 0; i < 3; ++i) futures.push_back(co_await queue.submit(sleeps_for_a_second));
    };
    JobQueue<int> queue(1, 10);
    const auto task = aio::create_task(with(queue, block));
    co_await aio::sleep(500ms);
    task.cancel();
    task.cancel();
    co_await aio::gather(aio::return_exceptions, task);
    EXPECT_TRUE(task.cancelled());
    for (const auto& future : futures) EXPECT_TRUE(future.cancelled());
}

}  // namespace
