// What is nested deeply is cancelled, completed and destroyed without recursion. On a small stack, where that shows.
#include <gtest/gtest.h>
#include <pthread.h>

#include <functional>
#include <vector>

#include "runtime/observe/call_graph.hpp"
#include "runtime/tasks/gather.hpp"
#include "runtime/tasks/shield.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::Future;
using aio::Task;

constexpr int depth = 20'000;

/// Calls `function` in a thread with a stack of 256 kilobytes.
void on_a_small_stack(std::function<void()> function) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    pthread_t thread;
    const auto call = [](void* f) -> void* {
        (*static_cast<std::function<void()>*>(f))();
        return nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, &attributes, call, &function), 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
}

/// A task that gathers a task, that gathers a task, ... and the innermost awaits `last`.
Coroutine<> gathers(int levels, Future<> last) {
    if (levels > 0) {
        std::vector<Coroutine<>> next;
        next.push_back(gathers(levels - 1, last));
        co_await aio::gather(std::move(next));
    } else {
        co_await last;
    }
}

Coroutine<> gathers_are_cancelled(std::string& outcome) {
    const Future<> last;
    const auto outermost = create_task(gathers(depth, last));
    co_await turns(3 * depth);
    outermost.cancel();
    outcome = state_of(last) + " ";
    co_await turns(3 * depth);
    outcome += state_of(outermost);
}

TEST(LongChains, of_gathers_are_cancelled) {
    std::string outcome;
    on_a_small_stack([&] { run_virtually(gathers_are_cancelled(outcome)); });
    EXPECT_EQ(outcome, "cancelled cancelled");
}

Coroutine<> shields_end(std::string& outcome, bool complete) {
    const Future<> last;
    Future<> outermost = last;
    for (int i = 0; i < depth; ++i) outermost = aio::shield(outermost);
    if (complete) last.set_result();
    co_await turns(2 * depth);
    outcome = state_of(outermost);
}

TEST(LongChains, of_shields_are_completed_and_destroyed) {
    std::string outcome;
    on_a_small_stack([&] { run_virtually(shields_end(outcome, true)); });
    EXPECT_EQ(outcome, "returned");
}

TEST(LongChains, of_shields_that_never_end_are_destroyed_with_the_loop) {
    std::string outcome;
    on_a_small_stack([&] { run_virtually(shields_end(outcome, false)); });
    EXPECT_EQ(outcome, "pending");
}

TEST(LongChains, of_gathers_that_never_end_are_destroyed_with_the_loop) {
    const auto main = []() -> Coroutine<> {
        create_task(gathers(depth, Future<>()));
        co_await turns(3 * depth);
    };
    on_a_small_stack([&] {
        aio::Runner runner(aio::ClockKind::virtual_time);
        runner.run(main());
    });
}

TEST(LongChains, of_shields_are_described) {
    std::string graph;
    const auto main = [&]() -> Coroutine<> {
        const auto inner = create_task(forever(), "inner");
        Future<> outermost = aio::shield(inner);
        for (int i = 0; i < depth; ++i) outermost = aio::shield(outermost);
        const auto awaits = [&]() -> Coroutine<> { co_await outermost; };
        const auto task = create_task(awaits, "outer");
        co_await turns(2);
        graph = aio::format_call_graph(inner);
    };
    on_a_small_stack([&] { run_virtually(main()); });
    EXPECT_NE(graph.find("'outer'"), std::string::npos);
}

}  // namespace
