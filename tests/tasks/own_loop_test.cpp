// What belongs to a loop acts on that, wherever it is touched: between two runs, while another loop runs, in a thread.
#include <gtest/gtest.h>

#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

#include "runtime/context/generator.hpp"
#include "runtime/context/timeout.hpp"
#include "runtime/context/with.hpp"
#include "runtime/sync/barrier.hpp"
#include "runtime/sync/queue.hpp"
#include "runtime/sync/semaphore.hpp"
#include "runtime/tasks/gather.hpp"
#include "runtime/tasks/shield.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::ClockKind;
using aio::Coroutine;
using aio::create_task;
using aio::Future;
using aio::Runner;
using aio::Task;

/// A runner in which a task waits; between two runs of it.
class OwnLoop : public testing::Test {
  protected:
    /// Makes `waiting` a task and lets it begin to wait.
    void begin(Coroutine<> waiting) {
        const auto main = [&]() -> Coroutine<> {
            task = std::make_unique<Task<>>(create_task(std::move(waiting), "waiting"));
            co_await turns(3);
        };
        runner.run(main());
        ASSERT_FALSE(task->done());
    }
    /// Runs another loop, in which `act` is called.
    template <class F> static void elsewhere(F act) {
        const auto main = [&]() -> Coroutine<> {
            act();
            co_await turns(5);
        };
        run_virtually(main());
    }
    std::string ending_in_the_next_run() {
        EXPECT_FALSE(task->done());  // it has waited for its own loop
        runner.run(turns(5));
        return state_of(*task);
    }

    Runner runner{ClockKind::virtual_time};
    std::unique_ptr<Task<>> task;
};

template <class A> Coroutine<> await(A awaitable) { co_await std::move(awaitable); }

TEST_F(OwnLoop, a_task_that_is_woken_between_two_runs_goes_on_in_the_next) {
    aio::Event event;
    begin(await(event.wait()));
    event.set();
    EXPECT_EQ(ending_in_the_next_run(), "returned");
}

TEST_F(OwnLoop, a_task_that_is_woken_while_another_loop_runs_goes_on_in_its_own) {
    aio::Event event;
    begin(await(event.wait()));
    elsewhere([&] { event.set(); });
    EXPECT_EQ(ending_in_the_next_run(), "returned");
}

TEST_F(OwnLoop, all_that_wakes_somebody_does_so) {
    aio::Lock lock;
    aio::Semaphore semaphore(0);
    aio::Queue<int> empty, full(1);
    aio::Condition condition;
    full.put_nowait(1);
    const auto waiting = [&]() -> Coroutine<> {
        co_await lock.acquire();
        co_await aio::gather(await(lock.acquire()), await(semaphore.acquire()), await(empty.get()), await(full.put(2)));
    };
    begin(waiting());
    elsewhere([&] {
        lock.release();
        semaphore.release();
        empty.put_nowait(1);
        full.get_nowait();
    });
    EXPECT_EQ(ending_in_the_next_run(), "returned");
}

TEST_F(OwnLoop, a_task_can_be_cancelled_between_two_runs) {
    begin(forever());
    EXPECT_TRUE(task->cancel());
    EXPECT_EQ(ending_in_the_next_run(), "cancelled");
}

TEST_F(OwnLoop, a_sleep_a_gather_and_a_shield_can_be_cancelled_while_another_loop_runs) {
    const auto waiting = []() -> Coroutine<> {
        const auto inner = create_task(forever());
        co_await aio::gather(aio::sleep(1h), await(aio::sleep(1h)), aio::shield(inner));
    };
    begin(waiting());
    elsewhere([&] { EXPECT_TRUE(task->cancel()); });
    EXPECT_EQ(ending_in_the_next_run(), "cancelled");
    EXPECT_TRUE(runner.get_loop().timers().empty());
}

TEST_F(OwnLoop, a_future_can_be_completed_and_called_back_from) {
    std::unique_ptr<Future<int>> future;
    Log log;
    const auto waiting = [&]() -> Coroutine<> {
        future = std::make_unique<Future<int>>();
        log(std::to_string(co_await *future));
    };
    begin(waiting());
    const auto number = future->add_done_callback([&](const auto&) { log("removed"); });
    future->add_done_callback([&](const auto& done) { log("called-" + std::to_string(done.result())); });
    EXPECT_EQ(future->remove_done_callback(number), 1u);
    elsewhere([&] { future->set_result(7); });
    future->add_done_callback([&](const auto&) { log("late"); });
    EXPECT_EQ(ending_in_the_next_run(), "returned");
    EXPECT_EQ(log.text(), "7 called-7 late");
}

TEST_F(OwnLoop, hears_of_the_errors_of_its_callbacks_and_futures) {
    const Reports reports(runner.get_loop());
    std::unique_ptr<Future<int>> future;
    const auto waiting = [&]() -> Coroutine<> {
        future = std::make_unique<Future<int>>();
        co_await forever();
    };
    begin(waiting());
    future->set_exception(std::runtime_error("lost"));
    elsewhere([&] { future.reset(); });
    EXPECT_EQ(reports.text(), "Future exception was never retrieved: std::runtime_error: lost");
}

TEST_F(OwnLoop, that_is_gone_says_so_to_who_still_wants_to_be_called_back) {
    auto short_lived = std::make_unique<Runner>(ClockKind::virtual_time);
    std::unique_ptr<Future<int>> pending, done;
    const auto main = [&]() -> Coroutine<> {
        pending = std::make_unique<Future<int>>();
        done = std::make_unique<Future<int>>();
        done->set_result(1);
        co_return;
    };
    short_lived->run(main());
    pending->add_done_callback([](const auto&) { FAIL(); });
    short_lived.reset();
    EXPECT_THROW(done->add_done_callback([](const auto&) {}), aio::RuntimeError);
    EXPECT_THROW(pending->set_result(1), aio::RuntimeError);
}

TEST_F(OwnLoop, a_timer_is_disarmed_where_it_is_armed) {
    std::unique_ptr<Coroutine<>> left;
    const auto waiting = []() -> Coroutine<> {
        const auto body = []() -> Coroutine<> { co_await forever(); };
        co_await aio::with(aio::timeout(1h), body);
    };
    begin(waiting());
    elsewhere([&] { task->cancel(); });
    EXPECT_EQ(ending_in_the_next_run(), "cancelled");
    EXPECT_TRUE(runner.get_loop().timers().empty());
}

aio::AsyncGenerator<int> numbers(Log& log) {
    try {
        for (int i = 0;; ++i) co_yield i;
    } catch (const aio::GeneratorExit&) { log("closing"); }
    co_await aio::sleep(0s);
    log("closed");
}

TEST_F(OwnLoop, a_generator_that_is_dropped_between_two_runs_is_closed_in_the_next) {
    Log log;
    auto generator = std::make_unique<aio::AsyncGenerator<int>>(numbers(log));
    const auto waiting = [&]() -> Coroutine<> {
        co_await generator->next();
        co_await forever();
    };
    begin(waiting());
    generator.reset();
    EXPECT_EQ(log.text(), "");
    runner.run(turns(5));
    EXPECT_EQ(log.text(), "closing closed");
}

// ---- a wrong thread

/// Calls `act` in another thread while the loop of the task runs, and says what it throws.
template <class F> Coroutine<std::string> in_a_wrong_thread(F act) {
    std::string thrown;
    std::thread([&] { thrown = thrown_by(act); }).join();
    co_await turns(3);
    co_return thrown;
}

TEST_ON_LOOP(WrongThread, is_refused_by_all_that_wakes_somebody_and_changes_nothing) {
    aio::Event event;
    aio::Lock lock;
    aio::Semaphore semaphore(0);
    aio::Queue<int> queue;
    const Future<int> future;
    co_await lock.acquire();
    const std::vector tasks{create_task(await(event.wait())), create_task(await(lock.acquire())),
                            create_task(await(semaphore.acquire()))};
    const auto getter = create_task(await(queue.get()));
    const auto awaits = create_task(await(future));
    co_await turns(3);
    const std::string refused =
        "aio::RuntimeError: another thread runs this event loop: use call_soon_threadsafe or run_coroutine_threadsafe";
    const auto set = [&] { event.set(); };
    const auto release = [&] { lock.release(); };
    const auto up = [&] { semaphore.release(); };
    const auto put = [&] { queue.put_nowait(1); };
    const auto complete = [&] { future.set_result(1); };
    const auto fail = [&] { future.set_exception(std::runtime_error("x")); };
    const auto cancel_future = [&] { future.cancel(); };
    const auto cancel_task = [&] { tasks[0].cancel(); };
    const auto add = [&] { future.add_done_callback([](const auto&) {}); };
    EXPECT_EQ(co_await in_a_wrong_thread(set), refused);
    EXPECT_EQ(co_await in_a_wrong_thread(release), refused);
    EXPECT_EQ(co_await in_a_wrong_thread(up), refused);
    EXPECT_EQ(co_await in_a_wrong_thread(put), refused);
    EXPECT_EQ(co_await in_a_wrong_thread(complete), refused);
    EXPECT_EQ(co_await in_a_wrong_thread(fail), refused);
    EXPECT_EQ(co_await in_a_wrong_thread(cancel_future), refused);
    EXPECT_EQ(co_await in_a_wrong_thread(cancel_task), refused);
    EXPECT_EQ(co_await in_a_wrong_thread(add), refused);
    EXPECT_FALSE(event.is_set());
    EXPECT_TRUE(lock.locked());
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(tasks[0].cancelling(), 0u);
    for (const auto& task : tasks) EXPECT_EQ(state_of(task), "pending");
    EXPECT_EQ(state_of(future), "pending");

    event.set();
    lock.release();
    semaphore.release();
    queue.put_nowait(1);
    future.set_result(1);
    co_await turns(3);
    for (const auto& task : tasks) EXPECT_EQ(state_of(task), "returned");
    EXPECT_EQ(state_of(getter), "returned");
    EXPECT_EQ(state_of(awaits), "returned");
}

// ---- runs inside runs

TEST(OwnRun, is_refused_inside_itself_and_disturbs_nothing) {
    Runner runner(ClockKind::virtual_time);
    const Reports reports(runner.get_loop());
    Log log;
    const auto refused = [&]() -> Coroutine<> {
        log("never");
        co_return;
    };
    const auto main = [&]() -> Coroutine<int> {
        log(thrown_by([&] { runner.run(refused()); }));
        co_await aio::sleep(1s);
        co_return 5;
    };
    EXPECT_EQ(runner.run(main()), 5);
    EXPECT_EQ(log.text(), "aio::RuntimeError: Runner.run() cannot be called from a running event loop");
    EXPECT_EQ(reports.text().substr(0, 9), "coroutine");  // was never awaited
}

TEST(OwnRun, is_refused_after_close) {
    Runner runner(ClockKind::virtual_time);
    runner.run(turns(1));
    runner.close();
    EXPECT_EQ(thrown_by([&] { runner.run(turns(1)); }), "aio::RuntimeError: Runner is closed");
}

}  // namespace
