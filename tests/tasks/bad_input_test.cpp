// What a program may do wrong: each gets an exception with a name and a message, and never undefined behaviour.
#include <gtest/gtest.h>

#include <coroutine>
#include <memory>
#include <string>
#include <vector>

#include "runtime/aio.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;
using aio::Future;
using aio::Task;

// ---- no loop is running

constexpr const char* no_loop = "aio::RuntimeError: no running event loop: call this below aio::run()";

TEST(BadInput, without_a_loop_is_refused) {
    EXPECT_EQ(thrown_by([] { aio::get_running_loop(); }), no_loop);
    EXPECT_EQ(thrown_by([] { Future<int>(); }), no_loop);
    EXPECT_EQ(thrown_by([] { aio::all_tasks(); }), no_loop);
    EXPECT_EQ(thrown_by([] { aio::timeout(1s); }), no_loop);
    EXPECT_EQ(thrown_by([] { aio::gather(); }), no_loop);
    EXPECT_EQ(thrown_by([] { aio::current_task(); }), "aio::RuntimeError: no running task: only a task can wait");
}

TEST(BadInput, a_coroutine_that_found_no_loop_to_run_in_is_reported) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(thrown_by([] { create_task(forever()); }), no_loop);
    EXPECT_EQ(thrown_by([] { aio::gather(forever()); }), no_loop);
    EXPECT_EQ(thrown_by([] { aio::shield(forever()); }), no_loop);
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "coroutine 'aio::test::forever' was never awaited\n"
              "coroutine 'aio::test::forever' was never awaited\n"
              "coroutine 'aio::test::forever' was never awaited\n");
}

/// A coroutine that is none of ours: it runs at once, in no task.
struct Foreign {
    struct promise_type {
        Foreign get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() { throw; }
    };
};

TEST_ON_LOOP(BadInput, to_wait_in_a_callback_where_no_task_runs_is_refused) {
    Log log;
    const auto waits = [](auto awaitable) -> Foreign { co_await awaitable; };
    const Future<> future;
    aio::get_running_loop().call_soon([&] {
        log(thrown_by([&] { waits(future); }));
        log(thrown_by([&] { waits(aio::sleep(1s)); }));
        log(thrown_by([&] { waits(aio::sleep(0s)); }));
        log(thrown_by([&] { aio::current_task(); }));
    });
    co_await turns(1);
    const std::string refused = "aio::RuntimeError: no running task: only a task can wait";
    EXPECT_EQ(log.text(), refused + " " + refused + " " + refused + " " + refused);
    EXPECT_TRUE(aio::get_running_loop().timers().empty());
}

// ---- another loop's

class OfAnotherLoop : public testing::Test {
  protected:
    OfAnotherLoop() { other.run(begin()); }

    Coroutine<> begin() {
        future = std::make_unique<Future<int>>();
        task = std::make_unique<Task<>>(create_task(forever()));
        co_await turns(1);
    }

    aio::Runner other{aio::ClockKind::virtual_time};
    std::unique_ptr<Future<int>> future;
    std::unique_ptr<Task<>> task;
};

/// How awaiting it in a loop of its own ends.
template <class F> std::string ending_elsewhere(F&& make) {
    const auto main = [&]() -> Coroutine<std::string> {
        std::string ending = "returned";
        try {
            co_await make();
        } catch (...) { ending = aio::describe(std::current_exception()); }
        co_return ending;
    };
    return run_virtually(main());
}

TEST_F(OfAnotherLoop, a_future_cannot_be_awaited) {
    const std::string refused = "aio::RuntimeError: Task got Future attached to a different loop: Task-1";
    EXPECT_EQ(ending_elsewhere([&] { return *task; }), refused);
    EXPECT_EQ(ending_elsewhere([&] { return *future; }), refused);
}

TEST_F(OfAnotherLoop, a_future_cannot_be_waited_for_in_company) {
    const std::string kind = "aio::RuntimeError";
    const auto starts_with_kind = [&](const std::string& text) { return text.compare(0, kind.size(), kind) == 0; };
    EXPECT_PRED1(starts_with_kind, ending_elsewhere([&] { return aio::gather(*task); }));
    EXPECT_PRED1(starts_with_kind, ending_elsewhere([&] { return aio::gather(aio::return_exceptions, *future); }));
    EXPECT_PRED1(starts_with_kind, ending_elsewhere([&] { return aio::shield(*task); }));
    EXPECT_PRED1(starts_with_kind, ending_elsewhere([&] { return aio::wait_for(*task, 1s); }));
    EXPECT_PRED1(starts_with_kind, ending_elsewhere([&] { return aio::wait(std::vector{*task}); }));
    const std::vector<Task<>> tasks{*task};
    const auto in_order_of_completion = [&]() -> Coroutine<> {
        for (auto next : aio::as_completed(tasks)) co_await next;
    };
    EXPECT_PRED1(starts_with_kind, ending_elsewhere(in_order_of_completion));
    EXPECT_FALSE(task->done());
}

TEST_F(OfAnotherLoop, a_result_that_is_there_may_be_read) {
    const auto complete = [&]() -> Coroutine<> {
        future->set_result(7);
        co_return;
    };
    other.run(complete());
    const auto main = [&]() -> Coroutine<int> { co_return co_await *future; };
    EXPECT_EQ(run_virtually(main()), 7);
    EXPECT_EQ(future->result(), 7);
}

// ---- circles

TEST_ON_LOOP(BadInput, a_task_that_awaits_itself_gets_an_error) {
    std::unique_ptr<Task<>> self;
    const auto awaits_itself = [&]() -> Coroutine<> { co_await *self; };
    self = std::make_unique<Task<>>(create_task(awaits_itself, "narcissus"));
    const std::string ending = co_await ending_of(*self);
    EXPECT_EQ(ending, "aio::RuntimeError: Task cannot await itself, or one that waits for it: narcissus");
}

TEST_ON_LOOP(BadInput, the_last_of_tasks_that_await_each_other_in_a_circle_gets_an_error) {
    for (std::size_t length : {2u, 3u, 10u}) {
        std::vector<Task<>> tasks;
        const auto awaits = [&](std::size_t i) -> Coroutine<> { co_await tasks[(i + 1) % length]; };
        for (std::size_t i = 0; i < length; ++i) tasks.push_back(create_task(awaits(i), "t" + std::to_string(i)));
        const std::string ending = co_await ending_of(tasks[0]);
        EXPECT_EQ(ending, "aio::RuntimeError: Task cannot await itself, or one that waits for it: t" +
                              std::to_string(length - 1));
        for (const auto& task : tasks) EXPECT_TRUE(task.done());
    }
}

TEST_ON_LOOP(BadInput, the_others_of_a_circle_go_on) {
    std::unique_ptr<Task<>> first;
    const auto second_body = [&]() -> Coroutine<> { co_await ending_of(*first); };
    const auto second = create_task(second_body);
    const auto first_body = [&]() -> Coroutine<> { co_await second; };
    first = std::make_unique<Task<>>(create_task(first_body));
    co_await second;
    const std::string ending = co_await ending_of(*first);
    EXPECT_EQ(ending, "aio::RuntimeError: Task cannot await itself, or one that waits for it: Task-3");
}

/// Two tasks, each of which gathers the other.
struct GatherCircle {
    std::vector<Task<>> tasks;
    Coroutine<> gathers(std::size_t other) { co_await aio::gather(tasks[other]); }
    void begin() {
        tasks.push_back(create_task(gathers(1), "a"));
        tasks.push_back(create_task(gathers(0), "b"));
    }
};

TEST(BadInput, tasks_that_gather_each_other_are_a_deadlock_that_names_them) {
    GatherCircle circle;
    const auto main = [&]() -> Coroutine<> {
        circle.begin();
        co_await circle.tasks[0];
    };
    EXPECT_EQ(
        thrown_by([&] { run_virtually(main()); }),
        "aio::DeadlockError: deadlock: nothing is ready and nothing can wake the loop; still waiting: Task-1, a, b");
}

TEST(BadInput, tasks_that_gather_each_other_can_be_cancelled_without_end) {
    GatherCircle circle;
    const auto main = [&]() -> Coroutine<> {
        circle.begin();
        co_await turns(2);
        EXPECT_TRUE(circle.tasks[0].cancel());
        co_await turns(5);
    };
    // CPython recurses until it gives up; here the loop ends, cancels what is left, and finds that nothing moves.
    EXPECT_EQ(thrown_by([&] { run_virtually(main()); }),
              "aio::DeadlockError: deadlock: nothing is ready and nothing can wake the loop; still waiting: a, b");
}

TEST(BadInput, a_task_that_gathers_itself_is_a_deadlock) {
    std::unique_ptr<Task<>> self;
    const auto gathers_itself = [&]() -> Coroutine<> { co_await aio::gather(*self); };
    const auto begin = [&]() -> Coroutine<> {
        self = std::make_unique<Task<>>(create_task(gathers_itself, "ouroboros"));
        co_await turns(2);
        self->cancel();
    };
    EXPECT_EQ(thrown_by([&] { run_virtually(begin()); }),
              "aio::DeadlockError: deadlock: nothing is ready and nothing can wake the loop; still waiting: ouroboros");
}

}  // namespace
