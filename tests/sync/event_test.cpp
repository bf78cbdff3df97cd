#include "runtime/sync/event.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/allocations.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::Event;

Coroutine<> waits(Event& event, Log& log, std::string name) {
    co_await event.wait();
    log(name);
}

TEST_ON_LOOP(Event, wakes_all_who_wait_in_the_order_in_which_they_came) {
    Event event;
    Log log;
    for (const char* name : {"a", "b", "c"}) create_task(waits(event, log, name));
    co_await turns(1);
    event.set();
    EXPECT_EQ(log.text(), "");
    co_await turns(1);
    EXPECT_EQ(log.text(), "a b c");
}

TEST_ON_LOOP(Event, cleared_before_they_run_has_woken_them_all_the_same) {
    Event event;
    Log log;
    create_task(waits(event, log, "a"));
    co_await turns(1);
    event.set();
    event.clear();
    EXPECT_FALSE(event.is_set());
    const auto late = create_task(waits(event, log, "late"));
    co_await turns(3);
    EXPECT_EQ(log.text(), "a");
    event.set();
    co_await late;
}

TEST_ON_LOOP(Event, that_is_set_neither_waits_nor_allocates) {
    Event event;
    event.set();
    bool turned = false;
    const aio::Handle next_turn = aio::get_running_loop().call_soon([&] { turned = true; });
    const std::size_t before = allocations();
    for (int i = 0; i < 100; ++i) co_await event.wait();
    EXPECT_EQ(allocations(), before);
    EXPECT_FALSE(turned);
    co_await turns(1);
}

TEST_ON_LOOP(Event, forgets_one_who_is_cancelled) {
    Event event;
    Log log;
    const auto first = create_task(waits(event, log, "a"));
    const auto second = create_task(waits(event, log, "b"));
    co_await turns(1);
    first.cancel();
    event.set();
    co_await second;
    EXPECT_TRUE(first.cancelled());
    EXPECT_EQ(log.text(), "b");
}

TEST_ON_LOOP(Event, set_and_cancelled_in_one_turn_cancels) {
    Event event;
    Log log;
    const auto task = create_task(waits(event, log, "a"));
    co_await turns(1);
    event.set();
    task.cancel();
    co_await turns(2);
    EXPECT_TRUE(task.cancelled());
    EXPECT_EQ(log.text(), "");
}

}  // namespace
