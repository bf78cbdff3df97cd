#include "runtime/reactor/handle.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "runtime/reactor/errors.hpp"
#include "runtime/reactor/event_loop.hpp"
#include "tests/support/counted.hpp"

namespace {

using namespace std::chrono_literals;
using aio::ClockKind;
using aio::EventLoop;
using aio::test::Counted;
using aio::test::Log;

TEST(Handle, cancels_a_callback_that_is_queued) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    loop.call_soon([&] { log("a"); });
    aio::Handle handle = loop.call_soon([&] { log("b"); });
    loop.call_soon([&] { log("c"); });
    handle.cancel();
    EXPECT_TRUE(handle.cancelled());
    loop.run_once();
    EXPECT_EQ(log.text(), "a c");
}

TEST(Handle, cancels_a_callback_that_is_queued_behind_the_canceller) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    aio::Handle handle;
    loop.call_soon([&] { handle.cancel(); });
    handle = loop.call_soon([&] { log("never"); });
    EXPECT_EQ(loop.run_once().callbacks, 1u);
    EXPECT_EQ(log.text(), "");
}

TEST(Handle, cancels_a_timer_before_it_fires_and_the_loop_no_longer_waits_for_it) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    aio::TimerHandle handle = loop.call_later(1h, [&] { log("never"); });
    loop.call_later(1s, [&] { handle.cancel(); });
    EXPECT_THROW(loop.run_forever(), aio::DeadlockError);
    EXPECT_EQ(loop.time(), aio::TimePoint(1s));
    EXPECT_EQ(log.text(), "");
}

TEST(Handle, cancels_a_timer_that_fires_in_the_same_turn_as_the_canceller) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    aio::TimerHandle handle;
    loop.call_later(1s, [&] { handle.cancel(); });
    handle = loop.call_later(1s, [&] { log("never"); });
    const aio::Turn turn = loop.run_once();
    EXPECT_EQ(turn.timers, 2u);
    EXPECT_EQ(turn.callbacks, 1u);
    EXPECT_EQ(log.text(), "");
}

TEST(Handle, may_cancel_itself_twice_or_what_has_run) {
    EventLoop loop(ClockKind::virtual_time);
    int runs = 0;
    aio::Handle handle;
    handle.cancel();  // a handle of nothing
    EXPECT_FALSE(handle.cancelled());
    handle = loop.call_soon([&] {
        ++runs;
        handle.cancel();
        handle.cancel();
    });
    loop.run_once();
    handle.cancel();
    EXPECT_EQ(runs, 1);
}

TEST(Handle, may_be_dropped_and_the_callback_runs_all_the_same) {
    EventLoop loop(ClockKind::virtual_time);
    Log log;
    {
        const aio::Handle handle = loop.call_soon([&] { log("soon"); });
    }
    {
        const aio::TimerHandle handle = loop.call_later(1s, [&] { log("later"); });
    }
    loop.run_once();
    loop.run_once();
    EXPECT_EQ(log.text(), "soon later");
}

TEST(Handle, may_outlive_its_loop_and_be_cancelled_then) {
    Counted::reset();
    {
        aio::Handle soon;
        aio::TimerHandle later;
        {
            EventLoop loop(ClockKind::virtual_time);
            soon = loop.call_soon([counted = Counted()] {});
            later = loop.call_later(1s, [counted = Counted()] {});
        }
        for (aio::Handle* handle : {&soon, static_cast<aio::Handle*>(&later)}) {
            EXPECT_FALSE(handle->cancelled());
            handle->cancel();
            EXPECT_TRUE(handle->cancelled());
        }
        EXPECT_EQ(Counted::alive(), 2);
    }
    EXPECT_EQ(Counted::alive(), 0);
}

TEST(Handle, of_a_timer_knows_its_deadline) {
    EventLoop loop(ClockKind::virtual_time);
    EXPECT_EQ(loop.call_later(3s, [] {}).when(), aio::TimePoint(3s));
    EXPECT_EQ(loop.call_at(aio::TimePoint(4s), [] {}).when(), aio::TimePoint(4s));
    EXPECT_EQ(aio::TimerHandle().when(), aio::TimePoint());
}

TEST(Handle, callbacks_are_destroyed_once_whether_they_run_are_cancelled_or_left_over) {
    Counted::reset();
    {
        EventLoop loop(ClockKind::virtual_time);
        const auto callback = [counted = Counted()] {};
        loop.call_soon(callback);
        loop.call_soon(callback).cancel();
        loop.run_once();
        EXPECT_EQ(Counted::alive(), 1);
        loop.call_later(1s, callback).cancel();
        loop.call_later(1s, callback);
        loop.call_soon(callback);
        EXPECT_EQ(Counted::alive(), 3);
    }
    EXPECT_EQ(Counted::alive(), 0);
}

TEST(Handle, callbacks_may_own_what_cannot_be_copied) {
    EventLoop loop(ClockKind::virtual_time);
    int seen = 0;
    loop.call_soon([&seen, value = std::make_unique<int>(7)] { seen = *value; });
    loop.run_once();
    EXPECT_EQ(seen, 7);
}

}  // namespace
