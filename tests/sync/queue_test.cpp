#include "runtime/sync/queue.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/tasks/gather.hpp"
#include "runtime/tasks/wait.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/counted.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::LifoQueue;
using aio::PriorityQueue;
using aio::Queue;

template <class Q> Coroutine<> gets(Q& queue, Log& log, std::string name) {
    const auto item = co_await queue.get();
    log(name + std::to_string(item));
}
template <class Q> Coroutine<> puts(Q& queue, Log& log, int item) {
    co_await queue.put(item);
    log("+" + std::to_string(item));
}

// ---- order

TEST_ON_LOOP(Queue, gives_items_in_the_order_in_which_they_were_put) {
    Queue<int> queue;
    for (int i = 0; i < 100; ++i) queue.put_nowait(i);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(queue.get_nowait(), i);
    for (int i = 100; i < 300; ++i) queue.put_nowait(i);  // the ring grows while its start is in the middle
    for (int i = 50; i < 300; ++i) EXPECT_EQ(queue.get_nowait(), i);
    EXPECT_TRUE(queue.empty());
    co_return;
}

TEST_ON_LOOP(LifoQueue, gives_the_newest_item_first) {
    LifoQueue<std::string> queue;
    for (const char* item : {"a", "b", "c"}) queue.put_nowait(item);
    std::string text;
    while (!queue.empty()) text += queue.get_nowait();
    EXPECT_EQ(text, "cba");
    co_return;
}

TEST_ON_LOOP(PriorityQueue, gives_the_smallest_item_first) {
    PriorityQueue<std::pair<int, std::string>> queue;
    queue.put_nowait({2, "later"});
    queue.put_nowait({1, "second"});
    queue.put_nowait({1, "first"});
    queue.put_nowait({0, "now"});
    std::string text;
    while (!queue.empty()) text += queue.get_nowait().second + " ";
    EXPECT_EQ(text, "now first second later ");
    co_return;
}

/// Compared by its priority alone, as with Python's field(compare=False).
struct Job {
    int priority;
    int number;
    bool operator<(const Job& other) const { return priority < other.priority; }
};

TEST_ON_LOOP(PriorityQueue, gives_equal_items_in_the_order_of_heapq) {
    PriorityQueue<Job> queue;
    std::vector<int> out;
    unsigned x = 1;
    for (int i = 0, number = 0; i < 400; ++i) {
        x = (x * 1103515245u + 12345u) % (1u << 31);
        if ((x >> 16) % 3 > 0 || queue.empty())
            queue.put_nowait({static_cast<int>((x >> 20) % 5), number++});
        else
            out.push_back(queue.get_nowait().number);
    }
    while (!queue.empty()) out.push_back(queue.get_nowait().number);
    long sum = 0;
    for (const int number : out) sum = (sum * 31 + number) % 1000000007;
    EXPECT_EQ(std::vector(out.begin(), out.begin() + 8), (std::vector{0, 3, 4, 2, 1, 5, 6, 8}));
    EXPECT_EQ(out.size(), 271u);
    EXPECT_EQ(sum, 372206787);  // what CPython's heapq makes of the same numbers
    co_return;
}

// ---- waiting

TEST_ON_LOOP(Queue, makes_who_gets_wait_for_an_item) {
    Queue<int> queue;
    Log log;
    for (const char* name : {"a", "b", "c"}) create_task(gets(queue, log, name));
    co_await turns(1);
    for (int i = 1; i <= 3; ++i) queue.put_nowait(i);
    co_await turns(1);
    EXPECT_EQ(log.text(), "a1 b2 c3");
}

TEST_ON_LOOP(Queue, makes_who_puts_wait_for_room) {
    Queue<int> queue(2);
    Log log;
    for (int i = 1; i <= 4; ++i) create_task(puts(queue, log, i));
    co_await turns(2);
    EXPECT_EQ(log.text(), "+1 +2");
    EXPECT_TRUE(queue.full());
    EXPECT_EQ(queue.get_nowait(), 1);
    co_await turns(1);
    EXPECT_EQ(log.text(), "+1 +2 +3");
    EXPECT_EQ(queue.get_nowait(), 2);
    co_await turns(1);
    EXPECT_EQ(log.text(), "+1 +2 +3 +4");
    EXPECT_EQ(queue.qsize(), 2u);
    EXPECT_EQ(queue.maxsize(), 2u);
}

TEST_ON_LOOP(Queue, lets_one_who_is_quicker_take_the_item_of_one_who_was_woken) {
    Queue<int> queue;
    Log log;
    create_task(gets(queue, log, "a"));
    create_task(gets(queue, log, "b"));
    co_await turns(1);
    queue.put_nowait(1);
    EXPECT_EQ(queue.get_nowait(), 1);
    co_await turns(1);  // a finds nothing, and waits behind b now
    queue.put_nowait(2);
    queue.put_nowait(3);
    co_await turns(1);
    EXPECT_EQ(log.text(), "b2 a3");
}

TEST_ON_LOOP(Queue, without_waiting_says_that_it_is_full_or_empty) {
    Queue<int> queue(1);
    EXPECT_THROW(queue.get_nowait(), aio::QueueEmpty);
    queue.put_nowait(1);
    EXPECT_THROW(queue.put_nowait(2), aio::QueueFull);
    EXPECT_EQ(queue.qsize(), 1u);
    co_return;
}

TEST_ON_LOOP(Queue, without_a_limit_is_never_full) {
    Queue<int> queue;
    for (int i = 0; i < 1000; ++i) co_await queue.put(i);
    EXPECT_FALSE(queue.full());
    EXPECT_EQ(queue.qsize(), 1000u);
}

// ---- cancellation

TEST_ON_LOOP(Queue, hands_on_the_item_of_a_getter_that_is_cancelled_when_it_was_woken) {
    Queue<int> queue;
    Log log;
    const auto first = create_task(gets(queue, log, "a"));
    const auto second = create_task(gets(queue, log, "b"));
    co_await turns(1);
    queue.put_nowait(1);
    first.cancel();
    co_await second;
    EXPECT_TRUE(first.cancelled());
    EXPECT_EQ(log.text(), "b1");
}

TEST_ON_LOOP(Queue, hands_on_the_room_of_a_putter_that_is_cancelled_when_it_was_woken) {
    Queue<int> queue(1);
    Log log;
    queue.put_nowait(0);
    const auto first = create_task(puts(queue, log, 1));
    const auto second = create_task(puts(queue, log, 2));
    co_await turns(1);
    EXPECT_EQ(queue.get_nowait(), 0);
    first.cancel();
    co_await second;
    EXPECT_TRUE(first.cancelled());
    EXPECT_EQ(queue.get_nowait(), 2);
}

TEST_ON_LOOP(Queue, forgets_those_who_are_cancelled_while_they_wait) {
    Queue<int> queue(1);
    Log log;
    const auto gets_never = create_task(gets(queue, log, "a"));
    co_await turns(1);
    gets_never.cancel();
    queue.put_nowait(1);
    const auto puts_never = create_task(puts(queue, log, 2));
    co_await turns(1);
    puts_never.cancel();
    co_await turns(1);
    EXPECT_TRUE(gets_never.cancelled() && puts_never.cancelled());
    EXPECT_EQ(queue.get_nowait(), 1);
    EXPECT_TRUE(queue.empty());
}

TEST_ON_LOOP(Queue, gives_an_item_that_comes_just_before_the_time_is_over) {
    Queue<int> queue;
    aio::get_running_loop().call_later(1s, [&] { queue.put_nowait(7); });
    const int item = co_await aio::wait_for(queue.get(), 1s);  // its timer is the later one
    EXPECT_EQ(item, 7);
    EXPECT_EQ(now(), 1000);
}

TEST_ON_LOOP(Queue, keeps_an_item_that_comes_just_after_the_time_is_over) {
    Queue<int> queue;
    const auto limited = [&]() -> Coroutine<int> { co_return co_await aio::wait_for(queue.get(), 1s); };
    const auto task = create_task(limited);
    co_await turns(1);
    aio::get_running_loop().call_later(1s, [&] { queue.put_nowait(7); });
    const std::string ending = co_await ending_of(task);
    EXPECT_EQ(ending, "aio::TimeoutError: timed out");  // the get was woken, and cancelled in the same turn
    EXPECT_EQ(now(), 1000);
    EXPECT_EQ(queue.qsize(), 1u);
}

// ---- join

TEST_ON_LOOP(Queue, is_joined_when_all_its_items_are_done) {
    Queue<int> queue;
    co_await queue.join();  // there is nothing to be done
    queue.put_nowait(1);
    queue.put_nowait(2);
    const auto joins = [&]() -> Coroutine<> { co_await queue.join(); };
    const auto joined = create_task(joins);
    queue.get_nowait();
    queue.get_nowait();
    queue.task_done();
    co_await turns(3);
    EXPECT_FALSE(joined.done());
    queue.task_done();
    co_await joined;
    EXPECT_EQ(thrown_by([&] { queue.task_done(); }), "aio::ValueError: task_done() called too many times");
}

// ---- shutdown

TEST_ON_LOOP(Queue, that_is_shut_down_gives_what_is_left_and_takes_nothing) {
    Queue<int> queue;
    queue.put_nowait(1);
    queue.shutdown();
    EXPECT_THROW(queue.put_nowait(2), aio::QueueShutDown);
    const std::string ending = co_await ending_of(queue.put(2));
    EXPECT_EQ(ending, "aio::QueueShutDown: the queue was shut down");
    const int item = co_await queue.get();
    EXPECT_EQ(item, 1);
    EXPECT_THROW(queue.get_nowait(), aio::QueueShutDown);
    const std::string end = co_await ending_of(queue.get());
    EXPECT_EQ(end, "aio::QueueShutDown: the queue was shut down");
    queue.task_done();
    co_await queue.join();
}

TEST_ON_LOOP(Queue, shut_down_at_once_throws_away_what_is_left) {
    Queue<int> queue;
    queue.put_nowait(1);
    queue.put_nowait(2);
    queue.get_nowait();
    const auto joins = [&]() -> Coroutine<> { co_await queue.join(); };
    const auto joined = create_task(joins);
    co_await turns(1);
    queue.shutdown(true);
    EXPECT_THROW(queue.get_nowait(), aio::QueueShutDown);
    co_await turns(1);
    EXPECT_FALSE(joined.done());  // the one that was got is still to be done
    queue.task_done();
    co_await joined;
}

TEST_ON_LOOP(Queue, wakes_all_who_wait_when_it_is_shut_down) {
    Queue<int> queue(1);
    Log log;
    const auto a = create_task(gets(queue, log, "a"));
    const auto b = create_task(gets(queue, log, "b"));
    co_await turns(1);
    queue.shutdown();
    co_await turns(1);
    EXPECT_EQ(state_of(a), "aio::QueueShutDown: the queue was shut down");
    EXPECT_EQ(state_of(b), state_of(a));

    Queue<int> full(1);
    full.put_nowait(0);
    const auto c = create_task(puts(full, log, 1));
    const auto d = create_task(puts(full, log, 2));
    co_await turns(1);
    full.shutdown();
    co_await turns(1);
    EXPECT_EQ(state_of(c), state_of(a));
    EXPECT_EQ(state_of(d), state_of(a));
    EXPECT_EQ(log.text(), "");
}

TEST_ON_LOOP(Queue, that_is_shut_down_ends_its_workers) {
    Queue<int> queue(4);
    int sum = 0;
    const auto works = [&]() -> Coroutine<> {
        try {
            for (;;) sum += co_await queue.get();
        } catch (const aio::QueueShutDown&) {}
    };
    const auto feeds = [&]() -> Coroutine<> {
        for (int i = 1; i <= 100; ++i) co_await queue.put(i);
        queue.shutdown();
    };
    co_await aio::gather(works(), works(), works(), feeds());
    EXPECT_EQ(sum, 5050);
}

// ---- items

TEST_ON_LOOP(Queue, carries_what_can_only_be_moved) {
    Queue<std::unique_ptr<int>> queue(1);
    co_await queue.put(std::make_unique<int>(1));
    const auto waits = [&]() -> Coroutine<> { co_await queue.put(std::make_unique<int>(2)); };
    const auto waiting = create_task(waits);
    co_await turns(1);
    const std::unique_ptr<int> first = co_await queue.get();
    const std::unique_ptr<int> second = co_await queue.get();  // the putter runs before this one goes on
    EXPECT_EQ(*first + *second, 3);
    co_await waiting;
}

TEST_ON_LOOP(Queue, destroys_each_item_once_however_it_leaves) {
    Counted::reset();
    {
        Queue<Counted> queue(2);
        PriorityQueue<std::pair<int, std::shared_ptr<Counted>>> ordered;
        for (int i = 5; i > 0; --i) ordered.put_nowait({i, std::make_shared<Counted>(i)});
        ordered.get_nowait();
        LifoQueue<Counted> stack;
        for (int i = 0; i < 5; ++i) stack.put_nowait(Counted(i));
        stack.get_nowait();

        co_await queue.put(Counted(1));
        queue.put_nowait(Counted(2));
        const auto puts_third = [&]() -> Coroutine<> { co_await queue.put(Counted(3)); };
        const auto cancelled = create_task(puts_third);
        co_await turns(1);
        cancelled.cancel();
        co_await turns(1);
        const Counted one = co_await queue.get();
        EXPECT_EQ(one.value, 1);
        const auto fourth = create_task(puts_third);
        co_await fourth;
        queue.shutdown(true);
        EXPECT_TRUE(queue.empty());
    }
    EXPECT_EQ(Counted::alive(), 0);
    EXPECT_EQ(Counted::copied, 0);
}

TEST_ON_LOOP(Queue, neither_waits_nor_allocates_when_there_are_items_and_room) {
    Queue<int> queue(4);
    const auto round = [&]() -> Coroutine<> {
        for (int i = 0; i < 4; ++i) co_await queue.put(i);
        for (int i = 0; i < 4; ++i) co_await queue.get();
        co_await queue.put(9);  // so that the start of the ring moves on
        co_await queue.get();
    };
    co_await round();
    bool turned = false;
    const aio::Handle next_turn = aio::get_running_loop().call_soon([&] { turned = true; });
    const std::size_t before = allocations();
    for (int i = 0; i < 100; ++i) co_await round();
    EXPECT_EQ(allocations() - before, cost_of_frames(100));  // `round` itself
    EXPECT_FALSE(turned);
    co_await turns(1);
}

Coroutine<> produce(Queue<int>& queue, int n) {
    for (int i = 0; i < n; ++i) co_await queue.put(i);
}
Coroutine<> consume(Queue<int>& queue, int n, int& wrong) {
    for (int i = 0; i < n; ++i) {
        const int item = co_await queue.get();
        wrong += item != i;
    }
}

TEST_ON_LOOP(Queue, carries_a_million_items_in_the_same_memory) {
    const int n = AIO_FRAME_POOL ? 1'000'000 : 20'000;
    Queue<int> queue(16);
    int wrong = 0;
    co_await aio::gather(consume(queue, 1000, wrong), produce(queue, 1000));
    const std::size_t before = allocations();
    co_await aio::gather(consume(queue, n, wrong), produce(queue, n));
    EXPECT_EQ(wrong, 0);
    EXPECT_LE(allocations() - before, 50u + cost_of_frames(10u * static_cast<std::size_t>(n)));  // of the gather
}

}  // namespace
