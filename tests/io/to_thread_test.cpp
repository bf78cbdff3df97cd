#include "runtime/io/to_thread.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iterator>
#include <latch>
#include <memory>
#include <semaphore>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "runtime/tasks/gather.hpp"
#include "runtime/tasks/wait.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/open_descriptors.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::to_thread;

/// A function that waits in its thread until it is let go. Shared, for it may outlive the frame that awaits it.
struct Gate {
    std::latch entered{1};
    std::binary_semaphore open{0};
    std::atomic<bool> passed{false};
    void pass() {
        entered.count_down();
        open.acquire();
        passed = true;
    }
};
using SharedGate = std::shared_ptr<Gate>;

/// Counts how many of its kind there are, in any thread.
struct Present {
    Present() { ++count; }
    Present(const Present&) { ++count; }
    Present& operator=(const Present&) = default;
    ~Present() { --count; }
    static inline std::atomic<int> count{0};
};

void pass(const SharedGate& gate) { gate->pass(); }

/// Those of this process.
auto threads() { return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {}); }

int most_threads() { return std::min(32, static_cast<int>(std::thread::hardware_concurrency()) + 4); }

/// Whether it comes true while the threads work.
template <class Condition> Coroutine<bool> soon(Condition condition) {
    for (int i = 0; i < 10'000 && !condition(); ++i) co_await to_thread(std::this_thread::yield);
    co_return condition();
}
Coroutine<bool> none_is_left() {
    return soon([] { return Present::count == 0; });
}

/// Its main leaves a function in a thread that nobody awaits. That one is let go when the loop has ended, if the loop
/// does not wait for it.
class LeavesAFunction {
  public:
    Coroutine<> main() const {
        create_task(to_thread(pass, gate_));
        co_await turns(2);
        gate_->entered.wait();
    }
    ~LeavesAFunction() { opens_.join(); }
    bool passed() const { return gate_->passed; }
    long holders() const { return gate_.use_count(); }
  private:
    const SharedGate gate_ = std::make_shared<Gate>();
    std::thread opens_{[gate = gate_.get()] {
        gate->entered.wait();
        std::this_thread::sleep_for(5ms);  // for real: so long does a loop that does not wait need to end
        gate->open.release();
    }};
};

int add(int a, int b) { return a + b; }

TEST_ON_LOOP(ToThread, returns_what_the_function_returns) { EXPECT_EQ(co_await to_thread(add, 2, 3), 5); }

TEST_ON_LOOP(ToThread, calls_in_another_thread) {
    const std::thread::id other = co_await to_thread(std::this_thread::get_id);
    EXPECT_NE(other, std::this_thread::get_id());
}

TEST_ON_LOOP(ToThread, throws_what_the_function_throws) {
    const auto fails = [](int code) -> int { throw std::out_of_range("code " + std::to_string(code)); };
    EXPECT_EQ(co_await ending_of(to_thread(fails, 7)), "std::out_of_range: code 7");
    const auto throws_no_exception = [] { throw 5; };
    EXPECT_EQ(co_await ending_of(to_thread(throws_no_exception)), "int");
}

TEST_ON_LOOP(ToThread, takes_and_gives_what_can_only_be_moved) {
    const auto increment = [](std::unique_ptr<int> number) {
        ++*number;
        return number;
    };
    const std::unique_ptr<int> two = co_await to_thread(increment, std::make_unique<int>(1));
    EXPECT_EQ(*two, 2);
}

TEST_ON_LOOP(ToThread, passes_references_where_they_are_asked_for) {
    int number = 1;
    const auto increment = [](int& n) -> int& { return ++n; };
    int& same = co_await to_thread(increment, std::ref(number));
    EXPECT_EQ(&same, &number);
    EXPECT_EQ(number, 2);
}

TEST_ON_LOOP(ToThread, is_lazy_and_can_be_a_task) {
    const auto called = std::make_shared<std::atomic<int>>(0);
    const auto call = [called] { return ++*called; };
    auto lazy = to_thread(call);
    co_await turns(3);
    EXPECT_EQ(*called, 0);
    const auto task = create_task(std::move(lazy), "in a thread");
    EXPECT_EQ(co_await task, 1);
    EXPECT_EQ(task.get_name(), "in a thread");
}

TEST_ON_LOOP(ToThread, the_loop_goes_on_meanwhile) {
    const auto gate = std::make_shared<Gate>();
    const auto task = create_task(to_thread(pass, gate));
    co_await turns(5);
    gate->entered.wait();
    EXPECT_FALSE(task.done());
    gate->open.release();
    co_await task;
    EXPECT_TRUE(gate->passed);
}

TEST_ON_LOOP(ToThread, the_virtual_clock_stands_still_while_a_thread_works) {
    const auto slow = [] { std::this_thread::sleep_for(5ms); };  // really: the loop has a timer it could jump to
    Log log;
    aio::get_running_loop().call_later(1h, [&] { log("an hour later"); });
    co_await to_thread(slow);
    EXPECT_EQ(now(), 0);
    EXPECT_EQ(log.text(), "");
}

TEST_ON_LOOP(ToThread, calls_in_a_thread_that_is_idle_if_there_is_one) {
    std::set<std::thread::id> threads;
    for (int i = 0; i < 20; ++i) {
        threads.insert(co_await to_thread(std::this_thread::get_id));
        std::this_thread::sleep_for(5ms);  // for real: a thread is idle only some time after its call is over
    }
    EXPECT_LE(threads.size(), 3u);
}

TEST_ON_LOOP(ToThread, grows_as_far_as_it_is_bounded_and_no_further) {
    const auto before = threads();
    struct Crowd {
        std::latch all_there{most_threads()};
        std::atomic<int> inside{0}, peak{0};
    };
    const auto crowd = std::make_shared<Crowd>();
    const auto meet = [crowd] {
        crowd->peak = std::max<int>(crowd->peak, ++crowd->inside);  // the last to come writes the most
        crowd->all_there.arrive_and_wait();
    };
    const auto count = [crowd] { return crowd->peak.load(); };
    std::vector<Coroutine<>> calls;
    for (int i = 0; i < most_threads(); ++i) calls.push_back(to_thread(meet));
    auto all = aio::gather(std::move(calls));
    const auto one_too_many = create_task(to_thread(count));
    co_await all;  // so all of them were inside at once
    EXPECT_EQ(co_await one_too_many, most_threads());
    EXPECT_EQ(threads() - before, most_threads());
}

TEST_ON_LOOP(ToThread, cancelled_ends_at_once_and_the_function_runs_on) {
    const auto gate = std::make_shared<Gate>();
    const auto task = create_task(to_thread(pass, gate));
    co_await turns(1);
    gate->entered.wait();
    task.cancel();
    EXPECT_EQ(co_await ending_of(task), "aio::CancelledError");
    EXPECT_FALSE(gate->passed);
    gate->open.release();
    const auto passed = [=] { return gate->passed.load(); };
    EXPECT_TRUE(co_await soon(passed));
}

TEST_ON_LOOP(ToThread, cancelled_before_a_thread_has_begun_it_is_never_called) {
    std::vector<SharedGate> gates;
    std::vector<aio::Task<>> busy;
    for (int i = 0; i < most_threads(); ++i) {
        gates.push_back(std::make_shared<Gate>());
        busy.push_back(create_task(to_thread(pass, gates.back())));
    }
    co_await turns(1);
    for (const auto& gate : gates) gate->entered.wait();

    const auto called = std::make_shared<std::atomic<bool>>(false);
    const auto call = [called] { *called = true; };
    const auto queued = create_task(to_thread(call));
    co_await turns(1);
    queued.cancel();
    EXPECT_EQ(co_await ending_of(queued), "aio::CancelledError");
    EXPECT_EQ(called.use_count(), 2);  // ours and that of `call`: the job is gone
    for (const auto& gate : gates) gate->open.release();
    for (const auto& task : busy) co_await task;
    EXPECT_FALSE(*called);
}

TEST_ON_LOOP(ToThread, cancelled_when_the_result_is_there_already_drops_it_whole) {
    {
        const auto gate = std::make_shared<Gate>();
        const auto work = [gate] {
            gate->entered.count_down();
            return Present();
        };
        auto task = create_task(to_thread(work));
        co_await turns(1);
        gate->entered.wait();
        // The thread has the result or is about to; whichever comes first, none is left over.
        std::this_thread::sleep_for(2ms);
        task.cancel();
        EXPECT_EQ(co_await ending_of(std::move(task)), "aio::CancelledError");
    }
    EXPECT_TRUE(co_await none_is_left());
}

TEST_ON_LOOP(ToThread, a_time_limit_does_not_wait_for_the_thread) {
    const auto gate = std::make_shared<Gate>();
    const auto task = create_task(to_thread(pass, gate));
    co_await turns(1);
    gate->entered.wait();
    EXPECT_EQ(co_await ending_of(aio::wait_for(task, 0s)), "aio::TimeoutError: timed out");
    gate->open.release();
}

TEST(ToThread, run_waits_for_the_end_of_functions_that_nobody_awaits_any_more) {
    const LeavesAFunction program;
    run_virtually(program.main());
    EXPECT_TRUE(program.passed());
    EXPECT_EQ(program.holders(), 1);
}

TEST(ToThread, all_threads_are_joined_and_nothing_is_left) {
    const auto threads_before = threads();
    const auto descriptors_before = open_descriptors();
    run_virtually([]() -> Coroutine<> {
        std::vector<Coroutine<int>> calls;
        for (int i = 0; i < 100; ++i) calls.push_back(to_thread(add, i, i));
        const std::vector<int> sums = co_await aio::gather(std::move(calls));
        EXPECT_EQ(sums[99], 198);
    }());
    EXPECT_EQ(threads(), threads_before);
    EXPECT_EQ(open_descriptors(), descriptors_before);
}

/// Started when the tasks are cancelled at the end, it runs on while a thread is waited for.
Coroutine<> comes_late(SharedGate gate, std::string& ending) {
    co_await turns(10);
    ending = co_await ending_of(to_thread(add, 1, 1));
    gate->open.release();
}

Coroutine<> starts_one_that_comes_late(SharedGate gate, std::string& ending) {
    try {
        co_await to_thread(pass, gate);
    } catch (const aio::CancelledError&) {
        create_task(comes_late(gate, ending));
        throw;
    }
}

TEST(ToThread, refuses_work_when_the_loop_is_about_to_end) {
    std::string ending;
    const auto gate = std::make_shared<Gate>();
    run_virtually([](SharedGate g, std::string& end) -> Coroutine<> {
        create_task(starts_one_that_comes_late(g, end));
        co_await turns(2);
        g->entered.wait();
    }(gate, ending));
    EXPECT_EQ(ending, "aio::RuntimeError: Executor shutdown has been called");
}

TEST(ToThread, a_runner_that_is_not_closed_waits_for_its_threads_too) {
    const LeavesAFunction program;
    {
        aio::Runner runner(aio::ClockKind::virtual_time);
        runner.run(program.main());
    }
    EXPECT_TRUE(program.passed());
    EXPECT_EQ(program.holders(), 1);
}

TEST(ToThread, a_thread_may_run_a_loop_of_its_own) {
    const int result = run_virtually([]() -> Coroutine<int> {
        const auto inner = [] {
            return run_virtually([]() -> Coroutine<int> { co_return co_await to_thread(add, 20, 22); }());
        };
        co_return co_await to_thread(inner);
    }());
    EXPECT_EQ(result, 42);
}

TEST_ON_LOOP(ToThread, a_thousand_calls_at_once_all_come_back) {
    std::vector<Coroutine<int>> calls;
    for (int i = 0; i < 1000; ++i) calls.push_back(to_thread(add, i, 1));
    const std::vector<int> sums = co_await aio::gather(std::move(calls));
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(sums[static_cast<std::size_t>(i)], i + 1);
}

TEST_ON_LOOP(ToThread, cancelled_at_random_moments_loses_nothing) {
    for (int i = 0; i < 300; ++i) {
        const auto make = [] { return Present(); };
        auto task = create_task(to_thread(make));
        co_await turns(i % 5);
        task.cancel();
        const std::string ending = co_await ending_of(std::move(task));
        EXPECT_TRUE(ending == "aio::CancelledError" || ending == "returned") << ending;
    }
    EXPECT_TRUE(co_await none_is_left());
}

}  // namespace
