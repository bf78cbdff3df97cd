#include "runtime/reactor/timer_heap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

namespace {

using namespace std::chrono_literals;
using aio::TimePoint;

struct Numbered final : aio::Timer {
    explicit Numbered(int n = 0) : number(n) {}
    void run() noexcept override {}
    int number;
};

std::vector<int> due(aio::TimerHeap& heap, TimePoint now) {
    aio::EntryList ready;
    heap.take_due(now, ready);
    std::vector<int> numbers;
    while (aio::Entry* entry = ready.pop_front()) numbers.push_back(static_cast<Numbered*>(entry)->number);
    return numbers;
}

TEST(TimerHeap, gives_what_is_due_and_no_more) {
    aio::TimerHeap heap;
    Numbered late(3), early(1), middle(2);
    heap.arm(late, TimePoint(3s));
    heap.arm(early, TimePoint(1s));
    heap.arm(middle, TimePoint(2s));
    EXPECT_EQ(heap.next(), TimePoint(1s));
    EXPECT_EQ(due(heap, TimePoint(2s)), (std::vector{1, 2}));
    EXPECT_FALSE(early.armed());
    EXPECT_TRUE(late.armed());
    EXPECT_EQ(due(heap, TimePoint::max()), (std::vector{3}));
    EXPECT_EQ(heap.next(), std::nullopt);
}

TEST(TimerHeap, keeps_the_order_of_equal_deadlines) {
    aio::TimerHeap heap;
    std::vector<std::unique_ptr<Numbered>> timers;
    std::vector<int> expected;
    for (int i = 0; i < 100; ++i) {
        heap.arm(*timers.emplace_back(std::make_unique<Numbered>(i)), TimePoint(1s));
        expected.push_back(i);
    }
    EXPECT_EQ(due(heap, TimePoint(1s)), expected);
}

TEST(TimerHeap, arms_again_behind_the_others_of_the_same_deadline) {
    aio::TimerHeap heap;
    Numbered a(1), b(2);
    heap.arm(a, TimePoint(1s));
    heap.arm(b, TimePoint(1s));
    heap.disarm(a);
    EXPECT_FALSE(a.armed());
    heap.arm(a, TimePoint(1s));
    EXPECT_EQ(due(heap, TimePoint(1s)), (std::vector{2, 1}));
}

TEST(TimerHeap, counts_a_delay_from_the_start_it_is_told) {
    aio::TimerHeap heap;
    Numbered a(1), b(2), at_once(3);
    heap.arm_from_start(a, 2s);
    heap.arm_from_start(b, 1s);
    heap.arm(at_once, TimePoint(11s));
    EXPECT_EQ(heap.next(), TimePoint(11s));
    heap.start(TimePoint(10s));
    EXPECT_EQ(due(heap, TimePoint(11s)),
              (std::vector{3, 2}));  // of equal deadlines, the one that was in the heap first
    EXPECT_EQ(heap.next(), TimePoint(12s));
    heap.disarm(a);
}

TEST(TimerHeap, forgets_a_timer_that_is_gone_before_its_delay_starts) {
    aio::TimerHeap heap;
    {
        Numbered gone(1);
        heap.arm_from_start(gone, 1s);
    }
    Numbered called_off(2);
    heap.arm_from_start(called_off, 1s);
    called_off.unlink();
    heap.start(TimePoint(1s));
    EXPECT_TRUE(heap.empty());
}

TEST(TimerHeap, holds_a_delay_that_never_ends_at_the_end_of_time) {
    aio::TimerHeap heap;
    Numbered never(1);
    heap.arm_from_start(never, aio::Duration::max());
    heap.start(TimePoint(1s));
    EXPECT_EQ(heap.next(), TimePoint::max());
    heap.disarm(never);
}

// Against a sorted list, whose correctness nobody doubts.
TEST(TimerHeap, agrees_with_a_sorted_list_on_random_arming_and_disarming) {
    struct Armed {
        TimePoint deadline;
        Numbered* timer;
    };
    std::mt19937 random(1);
    const auto pick = [&random](std::size_t below) { return random() % below; };
    std::vector<Numbered> timers(200);
    for (std::size_t i = 0; i < timers.size(); ++i) timers[i].number = static_cast<int>(i);
    std::vector<Armed> model;  // in order of deadline, and of arming where that is equal
    aio::TimerHeap heap;
    for (int step = 0; step < 20'000; ++step) {
        Numbered& timer = timers[pick(timers.size())];
        if (timer.armed()) {
            heap.disarm(timer);
            std::erase_if(model, [&](const Armed& armed) { return armed.timer == &timer; });
        } else {
            const TimePoint deadline(std::chrono::seconds(pick(50)));
            heap.arm(timer, deadline);
            model.insert(std::ranges::upper_bound(model, deadline, {}, &Armed::deadline), {deadline, &timer});
        }
        if (pick(100) > 0) continue;
        const TimePoint present(std::chrono::seconds(pick(50)));
        std::vector<int> expected;
        for (const Armed& armed : model)
            if (armed.deadline <= present) expected.push_back(armed.timer->number);
        ASSERT_EQ(due(heap, present), expected);
        std::erase_if(model, [&](const Armed& armed) { return armed.deadline <= present; });
    }
    ASSERT_FALSE(model.empty());
}

}  // namespace
