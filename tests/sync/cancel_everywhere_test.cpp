// Each of sync/, cancelled at every await and timed out in every turn: nothing is lost, nobody is left waiting.
#include "tests/support/cancel_everywhere.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "runtime/sync/barrier.hpp"
#include "runtime/sync/condition.hpp"
#include "runtime/sync/event.hpp"
#include "runtime/sync/lock.hpp"
#include "runtime/sync/queue.hpp"
#include "runtime/sync/semaphore.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::Task;

/// How many are inside, and that they are never more than `most`.
class Inside {
  public:
    Inside(int& count, int most) : count_(count) { EXPECT_LE(++count_, most); }
    ~Inside() { --count_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
  private:
    int& count_;
};

template <class L, int most> struct Mutual : Scenario {
    Coroutine<> works() {
        const Counted here;
        const auto guard = co_await lock.scoped();
        const Inside one_more(inside, most);
        co_await step();
        co_await step();
    }
    Coroutine<> victim() {
        co_await works();
        co_await lock.acquire();
        lock.release();
        co_await works();
    }
    std::vector<Task<>> others() {
        std::vector<Task<>> tasks;
        for (int i = 0; i < 2 * most; ++i) tasks.push_back(create_task(works()));
        return tasks;
    }
    Coroutine<> check() {
        for (int i = 0; i < most; ++i) {
            EXPECT_FALSE(lock.locked());
            co_await lock.acquire();
        }
        EXPECT_TRUE(lock.locked());
        for (int i = 0; i < most; ++i) lock.release();
        EXPECT_ANY_THROW(lock.release());  // so there were no more
    }
    L lock = L(most);
    int inside = 0;
};

struct OneLock : aio::Lock {
    explicit OneLock(int) {}
};
struct OneCondition : aio::Condition {
    explicit OneCondition(int) {}
};
using Lock = Mutual<OneLock, 1>;
using BoundedSemaphore = Mutual<aio::BoundedSemaphore, 2>;
using LockOfACondition = Mutual<OneCondition, 1>;
CANCEL_EVERYWHERE(CancelEverywhere, Lock)
CANCEL_EVERYWHERE(CancelEverywhere, BoundedSemaphore)
CANCEL_EVERYWHERE(CancelEverywhere, LockOfACondition)

struct Event : Scenario {
    Coroutine<> waits() {
        const Counted here;
        co_await event.wait();
        co_await step();
    }
    Coroutine<> victim() { return waits(); }
    Coroutine<> sets() {
        co_await step();
        co_await step();
        event.set();
        event.clear();
        co_await step();
        event.set();
    }
    std::vector<Task<>> others() { return {create_task(waits()), create_task(sets()), create_task(waits())}; }
    Coroutine<> check() { return waits(); }
    aio::Event event;
};
CANCEL_EVERYWHERE(CancelEverywhere, Event)

struct ConditionNotifyAll : Scenario {
    Coroutine<> waits() {
        const Counted here;
        const auto guard = co_await condition.scoped();
        co_await condition.wait();
        const Inside one(inside, 1);
        co_await step();
    }
    Coroutine<> victim() { return waits(); }
    Coroutine<> notifies() {
        co_await step();
        co_await step();
        const auto guard = co_await condition.scoped();
        condition.notify_all();
        co_await step();
    }
    std::vector<Task<>> others() { return {create_task(waits()), create_task(waits()), create_task(notifies())}; }
    /// One who came late may have missed the notification.
    Coroutine<> relieve() {
        for (int i = 0; i < 20; ++i) {
            const auto guard = co_await condition.scoped();
            condition.notify_all();
            co_await step();
        }
    }
    Coroutine<> check() {
        EXPECT_FALSE(condition.locked());
        const auto guard = co_await condition.scoped();
    }
    aio::Condition condition;
    int inside = 0;
};

struct ConditionWaitFor : Scenario {
    Coroutine<> takes() {
        const Counted here;
        const auto guard = co_await condition.scoped();
        co_await condition.wait_for([&] { return items > 0; });
        --items;
        co_await step();
    }
    Coroutine<> victim() { return takes(); }
    Coroutine<> gives() {
        for (int i = 0; i < 3; ++i) {
            co_await step();
            const auto guard = co_await condition.scoped();
            ++items;
            condition.notify_all();
        }
    }
    std::vector<Task<>> others() { return {create_task(takes()), create_task(gives()), create_task(takes())}; }
    Coroutine<> check() {
        EXPECT_LE(items, 1);  // that of the victim
        EXPECT_FALSE(condition.locked());
        co_return;
    }
    aio::Condition condition;
    int items = 0;
};
CANCEL_EVERYWHERE(CancelEverywhere, ConditionNotifyAll)
CANCEL_EVERYWHERE(CancelEverywhere, ConditionWaitFor)

struct Barrier : Scenario {
    Coroutine<> meets() {
        const Counted here;
        co_await step();
        co_await barrier.wait();
        co_await step();
        co_await barrier.wait();
    }
    Coroutine<> victim() { return meets(); }
    Coroutine<> meets_or_breaks() {
        try {
            co_await meets();
        } catch (const aio::BrokenBarrierError&) {}
    }
    std::vector<Task<>> others() { return {create_task(meets_or_breaks()), create_task(meets_or_breaks())}; }
    /// The others wait for the victim, as in 3.11.2.
    Coroutine<> relieve() {
        for (int i = 0; i < 20; ++i) co_await step();
        co_await barrier.abort();
    }
    Coroutine<> check() {
        co_await barrier.reset();
        EXPECT_EQ(barrier.n_waiting(), 0);
        EXPECT_FALSE(barrier.broken());
        const auto first = create_task(meets()), second = create_task(meets());
        co_await meets();
        co_await first;
        co_await second;
    }
    aio::Barrier barrier{3};
};
CANCEL_EVERYWHERE(CancelEverywhere, Barrier)

struct ByValue : Counted {
    using Counted::Counted;
    bool operator<(const ByValue& other) const { return value < other.value; }
};

/// No item is lost and none comes twice, whoever is cancelled while getting.
template <class Q> struct Get : Scenario {
    Coroutine<> gets() {
        try {
            for (;;) {
                const ByValue item = co_await queue.get();
                sum += item.value;
                co_await step();
                queue.task_done();
            }
        } catch (const aio::QueueShutDown&) {}
    }
    Coroutine<> victim() { return gets(); }
    Coroutine<> puts() {
        for (int i = 1; i <= 6; ++i) {
            co_await queue.put(ByValue(i));
            if (i % 2 == 0) co_await step();
        }
        queue.shutdown();
    }
    std::vector<Task<>> others() { return {create_task(gets()), create_task(puts()), create_task(gets())}; }
    Coroutine<> check() {
        EXPECT_EQ(sum, 21);
        EXPECT_TRUE(queue.empty());
        co_return;
    }
    Q queue = Q(2);
    int sum = 0;
};

/// What was put is got; what was not put, because its putter was cancelled, is not.
template <class Q> struct Put : Scenario {
    Coroutine<> puts() {
        for (int i = 1; i <= 4; ++i) {
            co_await queue.put(ByValue(i));
            sum += i;
            if (i % 2 == 0) co_await step();
        }
    }
    Coroutine<> victim() { return puts(); }
    Coroutine<> gets() {
        try {
            for (;;) {
                const ByValue item = co_await queue.get();
                sum -= item.value;
                queue.task_done();
                co_await step();
            }
        } catch (const aio::QueueShutDown&) {}
    }
    std::vector<Task<>> others() { return {putter = create_task(puts()), create_task(gets())}; }
    Coroutine<> relieve() {
        co_await putter;
        co_await queue.join();
        queue.shutdown();
    }
    Coroutine<> check() {
        EXPECT_EQ(sum, 0);
        co_return;
    }
    Q queue = Q(1);
    int sum = 0;
    Task<> putter{nullptr};
};

struct Join : Scenario {
    Coroutine<> victim() {
        co_await queue.put(1);
        co_await queue.join();
    }
    Coroutine<> works() {
        try {
            for (;;) {
                co_await queue.get();
                co_await step();
                queue.task_done();
            }
        } catch (const aio::QueueShutDown&) {}
    }
    Coroutine<> joins() {
        co_await queue.put(2);
        co_await queue.put(3);
        co_await queue.join();
    }
    std::vector<Task<>> others() { return {create_task(works()), joiner = create_task(joins())}; }
    Coroutine<> relieve() {
        co_await joiner;
        queue.shutdown();
    }
    Coroutine<> check() {
        co_await queue.join();
        EXPECT_THROW(queue.task_done(), aio::ValueError);
    }
    aio::Queue<int> queue{1};
    Task<> joiner{nullptr};
};

using QueueGet = Get<aio::Queue<ByValue>>;
using LifoQueueGet = Get<aio::LifoQueue<ByValue>>;
using PriorityQueueGet = Get<aio::PriorityQueue<ByValue>>;
using QueuePut = Put<aio::Queue<ByValue>>;
using LifoQueuePut = Put<aio::LifoQueue<ByValue>>;
using PriorityQueuePut = Put<aio::PriorityQueue<ByValue>>;
CANCEL_EVERYWHERE(CancelEverywhere, QueueGet)
CANCEL_EVERYWHERE(CancelEverywhere, LifoQueueGet)
CANCEL_EVERYWHERE(CancelEverywhere, PriorityQueueGet)
CANCEL_EVERYWHERE(CancelEverywhere, QueuePut)
CANCEL_EVERYWHERE(CancelEverywhere, LifoQueuePut)
CANCEL_EVERYWHERE(CancelEverywhere, PriorityQueuePut)
CANCEL_EVERYWHERE(CancelEverywhere, Join)

}  // namespace
