// Each context manager, cancelled at every await and timed out in every turn: what was entered is left.
#include "tests/support/cancel_everywhere.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "runtime/aio.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::Task;

/// Enters in two steps, and takes one to leave.
struct Manager {
    explicit Manager(Scenario& scene, int& entered) : scenario(scene), balance(entered) {}
    Coroutine<> aenter() {
        co_await scenario.step();
        co_await scenario.step();
        ++balance;
    }
    Coroutine<> aexit(const std::exception_ptr&) {
        --balance;
        co_await scenario.step();
    }
    Scenario& scenario;
    int& balance;
    Counted here;
};

struct Managers : Scenario {
    Coroutine<> uses() {
        const Counted here;
        EXPECT_GT(balance, 0);
        co_await step();
    }
    std::vector<Task<>> others() { return {}; }
    Coroutine<> check() {
        EXPECT_EQ(balance, 0);
        co_return;
    }
    int balance = 0;
};

struct With : Managers {
    Coroutine<> victim() {
        const auto block = [this] { return uses(); };
        Manager manager(*this, balance);
        co_await aio::with(manager, block);
    }
};

struct WithInWith : Managers {
    Coroutine<> victim() {
        Manager outer(*this, balance), inner(*this, balance);
        const auto block = [this] { return uses(); };
        const auto nested = [&]() -> Coroutine<> { co_await aio::with(inner, block); };
        co_await aio::with(outer, nested);
    }
};

struct ExitStack : Managers {
    Coroutine<> victim() {
        Manager first(*this, balance), second(*this, balance);
        const auto block = [&](aio::ExitStack& stack) -> Coroutine<> {
            co_await stack.enter_async_context(first);
            ++balance;
            stack.callback([this] { --balance; });
            co_await step();
            co_await stack.enter_async_context(second);
            ++balance;
            const auto leaves = [this]() -> Coroutine<> {
                --balance;
                co_await step();
            };
            stack.push_async_callback(leaves);
            co_await uses();
        };
        co_await aio::with(aio::ExitStack(), block);
    }
};

/// What is rolled back is rolled back whole, however often its task is cancelled.
struct DeferCancellation : Managers {
    Coroutine<> rolls_back() {
        for (int i = 0; i < 3; ++i) {
            co_await step();
            --balance;
        }
    }
    Coroutine<> victim() {
        const Counted here;
        bool failed = false;
        try {
            for (int i = 0; i < 3; ++i) co_await step();
            balance += 3;
            co_await step();
        } catch (const aio::CancelledError&) { failed = true; }
        if (balance > 0) co_await aio::defer_cancellation(rolls_back());
        if (failed) throw aio::CancelledError();
    }
};

CANCEL_EVERYWHERE(CancelEverywhere, With)
CANCEL_EVERYWHERE(CancelEverywhere, WithInWith)
CANCEL_EVERYWHERE(CancelEverywhere, ExitStack)
CANCEL_EVERYWHERE(CancelEverywhere, DeferCancellation)

}  // namespace
