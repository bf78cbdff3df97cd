// Each combinator, cancelled at every await and timed out in every turn: every child ends, and nothing is left of it.
#include "tests/support/cancel_everywhere.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "runtime/aio.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::Task;

/// Children that are slow to start, to work and to clean up.
struct Children : Scenario {
    Coroutine<int> child(int steps) {
        const Counted here;
        bool cancelled = false;
        try {
            for (int i = 0; i < steps; ++i) co_await step();
        } catch (const aio::CancelledError&) { cancelled = true; }
        if (cancelled) {
            co_await step();
            throw aio::CancelledError();
        }
        co_return steps;
    }
    Coroutine<int> fails() {
        const Counted here;
        co_await step();
        throw aio::ValueError("no");
    }
    std::vector<Task<>> others() { return {}; }
    Coroutine<> check() {
        EXPECT_EQ(Counted::alive(), 0);
        co_return;
    }
};

struct Await : Children {
    Coroutine<> victim() { co_await child(3); }
};
struct AwaitTask : Children {
    Coroutine<> victim() { co_await create_task(child(3)); }
};
struct Gather : Children {
    Coroutine<> victim() { co_await aio::gather(child(1), child(3), child(0)); }
};
struct GatherWithAnError : Children {
    static constexpr bool may_end_otherwise = true;
    Coroutine<> victim() {
        try {
            co_await aio::gather(child(3), fails());
        } catch (const aio::ValueError&) {}
    }
};
struct GatherOfOutcomes : Children {
    Coroutine<> victim() { co_await aio::gather(aio::return_exceptions, child(2), fails(), child(3)); }
};
template <aio::ReturnWhen when> struct WaitUntil : Children {
    Coroutine<> victim() {
        const std::vector<Task<int>> tasks{create_task(child(3)), create_task(child(1)), create_task(child(2))};
        co_await aio::wait(tasks, when);
    }
};
using WaitForAll = WaitUntil<aio::ALL_COMPLETED>;
using WaitForTheFirst = WaitUntil<aio::FIRST_COMPLETED>;
struct WaitFor : Children {
    static constexpr bool may_end_otherwise = true;
    Coroutine<> victim() { co_await aio::wait_for(child(3), 1h); }
};
struct WaitForShort : Children {
    static constexpr bool may_end_otherwise = true;
    Coroutine<> victim() {
        try {
            co_await aio::wait_for(child(5), 2ms);
        } catch (const aio::TimeoutError&) {}
    }
};
struct Shield : Children {
    Coroutine<> victim() { co_await aio::shield(child(3)); }
};
struct AsCompleted : Children {
    Coroutine<> victim() {
        std::vector<Coroutine<int>> children;
        children.push_back(child(3));
        children.push_back(child(1));
        for (Coroutine<int> next : aio::as_completed(children)) co_await next;
    }
};
struct TaskGroup : Children {
    Coroutine<> victim() {
        const auto block = [this](auto& group) -> Coroutine<> {
            group.create_task(child(1));
            group.create_task(child(3));
            co_await step();
            co_await step();
        };
        co_await aio::with(aio::TaskGroup(), block);
    }
};
struct TaskGroupWithAnError : Children {
    static constexpr bool may_end_otherwise = true;
    Coroutine<> victim() {
        const auto block = [this](auto& group) -> Coroutine<> {
            group.create_task(child(3));
            group.create_task(fails());
            co_await child(4);
        };
        try {
            co_await aio::with(aio::TaskGroup(), block);
        } catch (const aio::ExceptionGroup& group) { EXPECT_EQ(group.exceptions().size(), 1u); }
    }
};
struct Timeout : Children {
    Coroutine<> victim() {
        const auto block = [this] { return child(3); };
        co_await aio::with(aio::timeout(1h), block);
    }
};
struct ShortTimeout : Children {
    Coroutine<> victim() {
        const auto block = [this] { return child(5); };
        try {
            co_await aio::with(aio::timeout(2ms), block);
        } catch (const aio::TimeoutError&) {}
    }
};
CANCEL_EVERYWHERE(CancelEverywhere, Await)
CANCEL_EVERYWHERE(CancelEverywhere, AwaitTask)
CANCEL_EVERYWHERE(CancelEverywhere, Gather)
CANCEL_EVERYWHERE(CancelEverywhere, GatherWithAnError)
CANCEL_EVERYWHERE(CancelEverywhere, GatherOfOutcomes)
CANCEL_EVERYWHERE(CancelEverywhere, WaitForAll)
CANCEL_EVERYWHERE(CancelEverywhere, WaitForTheFirst)
CANCEL_EVERYWHERE(CancelEverywhere, WaitFor)
CANCEL_EVERYWHERE(CancelEverywhere, WaitForShort)
CANCEL_EVERYWHERE(CancelEverywhere, Shield)
CANCEL_EVERYWHERE(CancelEverywhere, AsCompleted)
CANCEL_EVERYWHERE(CancelEverywhere, TaskGroup)
CANCEL_EVERYWHERE(CancelEverywhere, TaskGroupWithAnError)
CANCEL_EVERYWHERE(CancelEverywhere, Timeout)
CANCEL_EVERYWHERE(CancelEverywhere, ShortTimeout)

}  // namespace
