#include "runtime/reactor/event_loop.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <functional>
#include <latch>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <vector>

#include "runtime/reactor/errors.hpp"
#include "tests/support/log.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/open_descriptors.hpp"
#include "tests/support/pipe.hpp"

namespace {

using namespace std::chrono_literals;
using aio::ClockKind;
using aio::EventLoop;
using aio::TimePoint;
using aio::test::Log;
using aio::test::make_pipe;
using aio::test::put;
using aio::test::thrown_by;
using std::chrono::steady_clock;

// ---- order

TEST(EventLoop, runs_callbacks_in_the_order_in_which_they_were_queued) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    for (const char* word : {"a", "b", "c"}) loop.call_soon([&log, word] { log(word); });
    EXPECT_EQ(loop.run_once().callbacks, 3u);
    EXPECT_EQ(log.text(), "a b c");
}

TEST(EventLoop, leaves_to_the_next_turn_what_a_callback_queues) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    loop.call_soon([&] {
        log("a");
        loop.call_soon([&] { log("c"); });
    });
    loop.call_soon([&] { log("b"); });
    EXPECT_EQ(loop.run_once().callbacks, 2u);
    EXPECT_EQ(log.text(), "a b");
    EXPECT_EQ(loop.run_once().callbacks, 1u);
    EXPECT_EQ(log.text(), "a b c");
}

TEST(EventLoop, runs_timers_by_deadline_and_equal_ones_in_the_order_in_which_they_were_set) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    loop.call_later(2s, [&] { log("d"); });
    for (const char* word : {"a", "b", "c"}) loop.call_later(1s, [&log, word] { log(word); });
    loop.call_at(TimePoint(3s), [&] { loop.stop(); });
    loop.run_forever();
    EXPECT_EQ(log.text(), "a b c d");
    EXPECT_EQ(loop.time(), TimePoint(3s));
}

TEST(EventLoop, runs_a_timer_that_is_due_behind_what_is_ready_already) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    loop.call_later(0s, [&] { log("timer"); });
    loop.call_later(-1h, [&] { log("early timer"); });
    loop.call_soon([&] { log("soon"); });
    loop.run_once();
    EXPECT_EQ(log.text(), "soon early timer timer");
}

TEST(EventLoop, takes_a_delay_that_never_ends) {
    EventLoop loop(ClockKind::virtual_time);
    const aio::TimerHandle handle = loop.call_later(aio::Duration::max(), [] { FAIL(); });
    EXPECT_EQ(handle.when(), TimePoint::max());
    EXPECT_EQ(loop.call_later(std::chrono::hours::max(), [] { FAIL(); }).when(), TimePoint::max());
    loop.call_later(1s, [&] { loop.stop(); });
    loop.run_forever();
}

TEST(EventLoop, arms_the_kernel_timer_for_a_delay_that_never_ends) {
    EventLoop loop(ClockKind::real);
    const auto pipe = make_pipe();
    ASSERT_TRUE(put(pipe[1], "x"));
    loop.add_reader(pipe[0], [&] { loop.stop(); });
    loop.call_later(aio::Duration::max(), [] { FAIL(); });
    loop.run_forever();
}

// ---- time

// On the real clock: that is the one which could be early.
TEST(EventLoop, never_runs_a_timer_early) {
    EventLoop loop(ClockKind::real);
    int left = 5;
    std::function<void()> sleep = [&] {
        const TimePoint deadline = steady_clock::now() + 1ms;
        loop.call_at(deadline, [&, deadline] {
            EXPECT_GE(steady_clock::now(), deadline);
            --left ? sleep() : loop.stop();
        });
    };
    sleep();
    loop.run_forever();
}

TEST(EventLoop, counts_a_delay_from_the_moment_of_the_call_not_from_the_last_turn) {
    EventLoop loop(ClockKind::real);
    TimePoint deadline, fired;
    loop.call_soon([&] {
        const TimePoint start = steady_clock::now();
        while (steady_clock::now() < start + 2ms) {  // a callback that takes its time
        }
        deadline = steady_clock::now() + 1ms;
        loop.call_later(1ms, [&] { fired = steady_clock::now(), loop.stop(); });
    });
    loop.run_forever();
    EXPECT_GE(fired, deadline);
}

TEST(EventLoop, arms_the_timerfd_again_only_for_an_earlier_deadline) {
    EventLoop loop(ClockKind::real);
    const auto pipe = make_pipe();
    ASSERT_TRUE(put(pipe[1], "x"));
    loop.add_reader(pipe[0], [] {});  // ready for ever, so that no sleep lasts
    const auto idle_turn = [&] {
        while (!loop.ready().empty()) loop.run_once();
        loop.run_once();
        return *loop.selector().armed_for();
    };
    const TimePoint start = loop.time();
    loop.call_at(start + 20h, [] {});
    EXPECT_EQ(idle_turn(), start + 20h);
    loop.call_at(start + 30h, [] {});
    EXPECT_EQ(idle_turn(), start + 20h);
    aio::TimerHandle earliest = loop.call_at(start + 10h, [] {});
    EXPECT_EQ(idle_turn(), start + 10h);
    earliest.cancel();
    EXPECT_EQ(idle_turn(), start + 10h);  // one wake-up for nothing is cheaper than a system call a timer
}

TEST(EventLoop, jumps_to_the_next_timer_on_the_virtual_clock_but_looks_at_descriptors_first) {
    EventLoop loop(ClockKind::virtual_time);
    const auto pipe = make_pipe();
    ASSERT_TRUE(put(pipe[1], "x"));
    Log log;
    loop.call_later(1h, [&] { log("timer"), loop.stop(); });
    loop.add_reader(pipe[0], [&] {
        EXPECT_EQ(loop.time(), TimePoint());
        log(aio::test::take(pipe[0]));
    });
    loop.run_forever();
    EXPECT_EQ(log.text(), "x timer");
    EXPECT_EQ(loop.time(), TimePoint(1h));
}

// ---- nobody starves

TEST(EventLoop, looks_at_its_descriptors_within_64_turns_though_it_is_never_idle) {
    EventLoop loop(ClockKind::virtual_time);  // stands still: only the turns count
    const auto pipe = make_pipe();
    int turns = 0, turns_before_reader = 0;
    std::function<void()> busy = [&] { ++turns, loop.call_soon(busy); };
    busy();
    for (int i = 0; i < 100; ++i) loop.run_once();
    turns = 0;
    ASSERT_TRUE(put(pipe[1], "x"));
    loop.add_reader(pipe[0], [&] { turns_before_reader = turns, loop.stop(); });
    loop.run_forever();
    EXPECT_GT(turns_before_reader, 1);
    EXPECT_LE(turns_before_reader, 65);
}

// On the real clock, for it is the callbacks' own time that counts.
TEST(EventLoop, looks_at_its_descriptors_after_1_ms_as_its_clock_tells_it_every_16_turns) {
    EventLoop loop(ClockKind::real);
    const auto pipe = make_pipe();
    int turns = 0;
    std::function<void()> busy = [&] {
        const TimePoint start = steady_clock::now();
        while (steady_clock::now() < start + 2ms) {}
        ++turns;
        loop.call_soon(busy);
    };
    busy();
    ASSERT_TRUE(put(pipe[1], "x"));
    loop.add_reader(pipe[0], [&] { loop.stop(); });
    loop.run_forever();
    EXPECT_LE(turns, 17);

    // Now it knows that its turns are slow, and reads the clock after each.
    turns = 0;
    loop.run_forever();
    EXPECT_LE(turns, 3);
}

TEST(EventLoop, serves_more_descriptors_than_one_epoll_wait_reports) {
    EventLoop loop(ClockKind::virtual_time);
    std::vector<std::unique_ptr<aio::test::Ends>> pipes;
    int served = 0;
    for (int i = 0; i < 300; ++i) {
        const auto& pipe = *pipes.emplace_back(new aio::test::Ends(make_pipe()));
        ASSERT_TRUE(put(pipe[1], "x"));
        loop.add_reader(pipe[0], [&served, &pipe] { served += static_cast<int>(aio::test::take(pipe[0]).size()); });
    }
    for (int turn = 0; turn < 2; ++turn) loop.run_once();
    EXPECT_EQ(served, 300);
}

// ---- other threads

TEST(EventLoop, runs_what_several_threads_hand_over_each_in_its_order) {
    EventLoop loop;
    const aio::WorkGuard guard(loop);
    constexpr int threads = 4, calls = 1000;
    std::array<int, threads> seen{};
    int total = 0;
    std::vector<std::thread> callers;
    for (std::size_t t = 0; t < threads; ++t)
        callers.emplace_back([&, t] {
            for (int i = 0; i < calls; ++i)
                loop.call_soon_threadsafe([&, t, i] {
                    EXPECT_EQ(seen[t]++, i);
                    if (++total == threads * calls) loop.stop();
                });
        });
    loop.run_forever();
    for (std::thread& caller : callers) caller.join();
    EXPECT_EQ(total, threads * calls);
}

TEST(EventLoop, is_woken_by_another_thread_though_it_sleeps) {
    for (const ClockKind clock : {ClockKind::real, ClockKind::virtual_time}) {
        EventLoop loop(clock);
        const aio::WorkGuard guard(loop);
        std::latch asleep(1);
        std::thread other([&] {
            asleep.wait();
            loop.call_soon_threadsafe([&] { loop.stop(); });
        });
        loop.call_soon([&] { asleep.count_down(); });
        loop.run_forever();
        other.join();
    }
}

TEST(EventLoop, does_not_jump_over_the_work_of_other_threads) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    auto guard = std::make_unique<aio::WorkGuard>(loop);
    std::latch asleep(1);
    std::thread other([&] {
        asleep.wait();
        loop.call_soon_threadsafe([&] { log("thread"), guard.reset(); });
    });
    loop.call_soon([&] { asleep.count_down(); });
    loop.call_later(1s, [&] { log("timer"), loop.stop(); });
    loop.run_forever();
    other.join();
    EXPECT_EQ(log.text(), "thread timer");
}

TEST(EventLoop, drops_what_a_thread_has_handed_over_and_it_never_saw) {
    const auto value = std::make_shared<int>(1);
    {
        EventLoop loop(ClockKind::virtual_time);
        std::thread([&] { loop.call_soon_threadsafe([value] { FAIL(); }); }).join();
    }
    EXPECT_EQ(value.use_count(), 1);
}

TEST(EventLoop, answers_a_wake_up_between_two_turns) {
    EventLoop loop;
    Log log;
    loop.set_wake_handler([&] { log("woken"), loop.stop(); });
    loop.wake();
    const aio::WorkGuard guard(loop);
    loop.run_forever();
    EXPECT_EQ(log.text(), "woken");
}

TEST(EventLoop, runs_beside_others_in_other_threads) {
    std::vector<std::thread> threads;
    std::array<int, 4> runs{};
    for (int& count : runs)
        threads.emplace_back([&count] {
            EventLoop loop(ClockKind::virtual_time);
            for (int i = 1; i <= 100; ++i) loop.call_later(i * 1s, [&count] { ++count; });
            loop.call_later(1h, [&loop] { loop.stop(); });
            loop.run_forever();
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(runs, (std::array{100, 100, 100, 100}));
}

// ---- beginning and end

TEST(EventLoop, stops_after_the_turn_under_way) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    loop.call_soon([&] { log("a"), loop.stop(), loop.call_soon([&] { log("c"); }); });
    loop.call_soon([&] { log("b"); });
    loop.run_forever();
    EXPECT_EQ(log.text(), "a b");
}

TEST(EventLoop, runs_one_turn_if_it_was_stopped_before) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    loop.call_soon([&] { log("a"); });
    loop.stop();
    loop.run_forever();
    EXPECT_EQ(log.text(), "a");
    loop.stop();
    loop.run_forever();  // nothing is ready: it does not wait either
}

TEST(EventLoop, can_run_again_and_goes_on_where_it_stopped) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    loop.call_soon([&] { log("a"), loop.stop(), loop.call_soon([&] { log("b"), loop.stop(); }); });
    loop.run_forever();
    log("|");
    loop.run_forever();
    EXPECT_EQ(log.text(), "a | b");
}

TEST(EventLoop, is_the_running_one_while_it_runs) {
    EventLoop loop(ClockKind::virtual_time);
    loop.call_soon([&] {
        EXPECT_EQ(&aio::get_running_loop(), &loop);
        loop.stop();
    });
    loop.run_forever();
    EXPECT_THROW(aio::get_running_loop(), aio::RuntimeError);
}

TEST(EventLoop, does_not_run_inside_another) {
    EventLoop outer(ClockKind::virtual_time), inner(ClockKind::virtual_time);
    outer.call_soon([&] {
        EXPECT_THROW(inner.run_forever(), aio::RuntimeError);
        outer.stop();
    });
    outer.run_forever();
}

TEST(EventLoop, does_not_run_inside_itself) {
    EventLoop loop(ClockKind::virtual_time);
    loop.call_soon([&] {
        loop.stop();  // or else the inner one would never end
        EXPECT_THROW(loop.run_forever(), aio::RuntimeError);
        loop.stop();
    });
    loop.run_forever();
}

TEST(EventLoop, says_that_nothing_can_ever_become_ready) {
    EventLoop loop(ClockKind::virtual_time);
    loop.call_soon([] {});
    EXPECT_THROW(loop.run_forever(), aio::DeadlockError);
    loop.call_soon([&] { loop.stop(); });
    loop.run_forever();  // and can be used afterwards
}

TEST(EventLoop, is_still_known_when_it_is_gone_and_never_taken_for_another) {
    auto loop = std::make_unique<EventLoop>(ClockKind::virtual_time);
    const auto link = loop->link();
    EXPECT_EQ(link->loop, loop.get());
    loop.reset();
    EXPECT_EQ(link->loop, nullptr);
    const EventLoop next(ClockKind::virtual_time);
    EXPECT_NE(next.link().get(), link.get());
}

TEST(EventLoop, does_not_turn_inside_one_of_its_own_callbacks) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    loop.call_soon([&] { log(thrown_by([&] { loop.run_once(); })); });
    loop.call_later(1s, [&] { log("timer"); });
    loop.run_once();
    loop.run_once();
    EXPECT_EQ(log.text(), "aio::RuntimeError: this event loop is already running timer");
}

TEST(EventLoop, that_another_thread_runs_refuses_what_is_no_call_for_other_threads) {
    EventLoop loop(ClockKind::virtual_time);
    loop.outside_work = 1;
    std::binary_semaphore running(0);
    loop.call_soon([&] { running.release(); });
    std::thread thread([&] { loop.run_forever(); });
    running.acquire();
    const auto pipe = make_pipe();
    EXPECT_THROW(loop.call_soon([] {}), aio::RuntimeError);
    EXPECT_THROW(loop.call_later(1s, [] {}), aio::RuntimeError);
    EXPECT_THROW(loop.call_at({}, [] {}), aio::RuntimeError);
    EXPECT_THROW(loop.add_reader(pipe[0], [] {}), aio::RuntimeError);
    EXPECT_THROW(loop.remove_writer(pipe[0]), aio::RuntimeError);
    EXPECT_THROW(loop.stop(), aio::RuntimeError);
    EXPECT_THROW(loop.run_once(), aio::RuntimeError);
    EXPECT_THROW(loop.run_forever(), aio::RuntimeError);
    loop.call_soon_threadsafe([&] { loop.stop(); });
    thread.join();
    loop.call_soon([] {});  // and now it runs nowhere
}

TEST(EventLoop, says_so_when_the_kernel_refuses_to_wait) {
    EventLoop loop(ClockKind::real);
    int epoll = -1;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        if (std::error_code gone; std::filesystem::read_symlink(entry, gone) == "anon_inode:[eventpoll]")
            epoll = std::max(epoll, std::stoi(entry.path().filename()));
    ASSERT_EQ(close(epoll), 0);
    loop.call_later(1s, [] {});
    EXPECT_EQ(thrown_by([&] { loop.run_forever(); }), "std::system_error: epoll_wait: Bad file descriptor");
}

TEST(EventLoop, keeps_a_handler_that_replaces_itself_until_it_returns) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    loop.set_exception_handler([&, long_enough_for_the_heap = std::string(100, 'x')](const auto&) {
        loop.set_exception_handler([&](const auto&) { log("second"); });
        log("first" + std::to_string(long_enough_for_the_heap.size()));
    });
    loop.call_exception_handler({"one"});
    loop.call_exception_handler({"two"});
    EXPECT_EQ(log.text(), "first100 second");
}

TEST(EventLoop, leaves_no_descriptor_open) {
    const auto before = aio::test::open_descriptors();
    for (int i = 0; i < 3; ++i) {
        EventLoop loop;
        const auto pipe = make_pipe();
        loop.add_reader(pipe[0], [] {});
        loop.call_soon([&] { loop.stop(); });
        loop.run_forever();
    }
    EXPECT_EQ(aio::test::open_descriptors(), before);
}

// ---- errors

TEST(EventLoop, tells_its_handler_of_an_exception_in_a_callback_and_goes_on) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    loop.set_exception_handler(
        [&](const aio::ExceptionContext& context) { log(context.message + ": " + aio::describe(context.exception)); });
    loop.call_soon([] { throw std::runtime_error("boom"); });
    loop.call_soon([&] { log("and on"); });
    loop.run_once();
    EXPECT_EQ(log.text(), "Exception in callback: std::runtime_error: boom and on");
}

TEST(EventLoop, writes_lost_errors_to_stderr_where_there_is_no_handler) {
    EventLoop loop(ClockKind::virtual_time);
    loop.set_exception_handler([](const aio::ExceptionContext&) { FAIL(); });
    loop.set_exception_handler({});
    testing::internal::CaptureStderr();
    loop.call_exception_handler({"something was lost", std::make_exception_ptr(aio::ValueError("boom")), "worker"});
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "something was lost\n  task: worker\n  exception: aio::ValueError: boom\n");
}

TEST(EventLoop, survives_a_handler_that_throws) {
    EventLoop loop(ClockKind::virtual_time);
    loop.set_exception_handler([](const aio::ExceptionContext&) { throw aio::ValueError("handler"); });
    testing::internal::CaptureStderr();
    loop.call_soon([] { throw std::runtime_error("callback"); });
    loop.run_once();
    const std::string written = testing::internal::GetCapturedStderr();
    EXPECT_NE(written.find("Exception in the exception handler"), std::string::npos) << written;
    EXPECT_NE(written.find("aio::ValueError: handler"), std::string::npos) << written;
}

TEST(EventLoop, says_nothing_once_it_is_muted) {
    EventLoop loop(ClockKind::virtual_time);
    loop.set_exception_handler([](const aio::ExceptionContext&) { FAIL(); });
    loop.mute();
    loop.call_exception_handler({"something was lost", nullptr, {}});
}

}  // namespace
