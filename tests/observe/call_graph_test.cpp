// What the call graph says of tasks that wait.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/aio.hpp"
#include "tests/support/on_loop.hpp"

namespace {

using namespace aio::test;
using aio::Coroutine;
using aio::create_task;

/// The text without the files and lines: those are for the test that looks at them.
std::string without_places(std::string text) {
    for (std::size_t at = 0; (at = text.find(", created at ")) != text.npos;) text.erase(at, text.find('\n', at) - at);
    for (std::size_t from = 0; (from = text.find("  |   ", from)) != text.npos;) {
        const std::size_t name = text.find(", in ", from);
        text.replace(from, name + 5 - from, "  | ");
    }
    return text;
}
std::string graph(const aio::TaskBase& task) { return without_places(aio::format_call_graph(task)); }

constexpr int before_inner = __LINE__;
Coroutine<> inner(aio::Lock& lock) { const auto guard = co_await lock.scoped(); }
Coroutine<> middle(aio::Lock& lock) { co_await inner(lock); }
Coroutine<> outer(aio::Lock& lock) { co_await middle(lock); }
Coroutine<> hold(aio::Lock& lock) {
    const auto guard = co_await lock.scoped();
    co_await aio::sleep(1s);
}
Coroutine<> take_both(aio::Lock& first, aio::Lock& second) {
    const auto one = co_await first.scoped();
    co_await aio::sleep(1ms);
    const auto other = co_await second.scoped();
}
Coroutine<> join(aio::TaskBase task) { co_await aio::Future<>(aio::Ref(&task.state())); }

TEST_ON_LOOP(CallGraph, has_file_and_line_of_each_frame_the_innermost_first) {
    aio::Lock lock;
    auto holder = create_task(hold(lock), "holder");
    auto waiter = create_task(outer(lock), "waiter");
    const int created = __LINE__ - 1;
    co_await turns(2);
    const std::string text = aio::format_call_graph(waiter);
    const std::string here = __FILE__;
    std::size_t at = text.find("'waiter', created at " + here + ":" + std::to_string(created));
    EXPECT_NE(at, text.npos) << text;
    const auto frame = [&](int line, const char* name) {
        return here + ":" + std::to_string(before_inner + line) + ", in " + name + "\n";
    };
    for (const std::string& expected :
         {std::string("runtime/sync/lock.cpp:"), frame(1, "inner"), frame(2, "middle"), frame(3, "outer")}) {
        const std::size_t next = text.find(expected, at == text.npos ? 0 : at);
        EXPECT_NE(next, text.npos) << expected << text;
        at = next;
    }
    co_await waiter;
}

TEST_ON_LOOP(CallGraph, of_a_lock_says_who_holds_it_and_who_is_in_line) {
    aio::Lock lock;
    auto holder = create_task(hold(lock), "holder");
    auto first = create_task(outer(lock), "first"), second = create_task(outer(lock), "second");
    co_await turns(2);
    EXPECT_EQ(graph(second),
              "* Task 'second'\n"
              "  + Call stack, innermost first:\n"
              "  | aio::Lock::acquire_slowly\n  | inner\n  | middle\n  | outer\n"
              "  + Waits for a lock, held by 'holder'; in line: 'first', 'second'\n");
    co_await second;
    EXPECT_EQ(graph(second), "* Task 'second': done\n");
}

TEST_ON_LOOP(CallGraph, says_so_where_the_holder_of_a_lock_has_ended) {
    aio::Lock lock;
    const auto forget = [&]() -> Coroutine<> { co_await lock.acquire(); };
    co_await create_task(forget);
    auto waiter = create_task(outer(lock), "waiter");
    co_await turns(2);
    EXPECT_NE(graph(waiter).find("Waits for a lock, held by a task that has ended; in line: 'waiter'\n"),
              std::string::npos);
    lock.release();
    co_await waiter;
}

TEST_ON_LOOP(CallGraph, says_what_is_waited_for) {
    aio::Queue<int> queue, full(1);
    full.put_nowait(1);
    aio::Semaphore semaphore(0);
    aio::Event event;
    const aio::Future<> future;
    const auto put = [&]() -> Coroutine<> { co_await full.put(2); };
    const auto get = [&]() -> Coroutine<> { co_await queue.get(); };
    const auto acquire = [&]() -> Coroutine<> { co_await semaphore.acquire(); };
    const auto wait = [&]() -> Coroutine<> { co_await event.wait(); };
    const auto await = [&]() -> Coroutine<> { co_await future; };
    const std::vector<aio::Task<>> tasks{create_task(put),           create_task(get),   create_task(acquire),
                                         create_task(wait),          create_task(await), create_task(aio::sleep(1s)),
                                         create_task(aio::sleep(0s))};
    co_await turns(1);
    const std::vector<std::string> expected{"Waits for room in a queue; in line: ",
                                            "Waits for an item of a queue; in line: ",
                                            "Waits for a semaphore; in line: ",
                                            "Waits for an event; in line: ",
                                            "Waits for a future\n",
                                            "Waits for a sleep\n",
                                            "Ready to go on\n"};
    for (std::size_t i = 0; i < tasks.size(); ++i)
        EXPECT_NE(graph(tasks[i]).find("  + " + expected[i]), std::string::npos) << i << graph(tasks[i]);
    for (const aio::Task<>& task : tasks) task.cancel();
    co_await aio::wait(tasks);
}

TEST_ON_LOOP(CallGraph, of_a_task_that_has_not_started_and_of_the_one_that_runs) {
    auto task = create_task(aio::sleep(0s), "new");
    EXPECT_NE(graph(task).find("  + Ready to start\n"), std::string::npos);
    EXPECT_NE(graph(aio::current_task()).find("  + Runs now\n"), std::string::npos);
    co_await task;
}

TEST_ON_LOOP(CallGraph, goes_through_what_stands_between_two_tasks) {
    auto child = create_task(aio::sleep(1s), "child"), other = create_task(aio::sleep(1s), "other");
    const std::vector<aio::Task<>> only_child{child};
    const auto by_gather = [&]() -> Coroutine<> { co_await aio::gather(child, other); };
    const auto by_wait = [&]() -> Coroutine<> { co_await aio::wait(only_child); };
    const auto by_wait_for = [&]() -> Coroutine<> { co_await aio::wait_for(child, 2s); };
    const auto by_shield = [&]() -> Coroutine<> { co_await aio::shield(child); };
    const auto by_as_completed = [&]() -> Coroutine<> {
        for (auto next : aio::as_completed(only_child)) co_await std::move(next);
    };
    std::vector<aio::Task<>> tasks{create_task(by_gather, "gather"),
                                   create_task(by_wait, "wait"),
                                   create_task(by_wait_for, "wait_for"),
                                   create_task(by_shield, "shield"),
                                   create_task(by_as_completed, "as_completed"),
                                   create_task(join(child), "join")};
    co_await turns(2);
    EXPECT_NE(graph(child).find("Awaited by 'gather', 'wait', 'wait_for', 'shield', 'as_completed', 'join'\n"),
              std::string::npos)
        << graph(child);
    EXPECT_NE(graph(tasks[0]).find("Waits for a gather of 2: 'child', 'other'\n"), std::string::npos);
    EXPECT_NE(graph(tasks[1]).find("Waits for 'child'\n"), std::string::npos);
    EXPECT_NE(graph(tasks[3]).find("Waits for a shield: 'child'\n"), std::string::npos);
    EXPECT_NE(graph(tasks[4]).find("Waits for an item of a queue: 'child'; in line: 'as_completed'\n"),
              std::string::npos);
    EXPECT_NE(graph(tasks[5]).find("Waits for the task 'child'\n"), std::string::npos);
    co_await aio::gather(std::move(tasks));
}

TEST_ON_LOOP(CallGraph, has_a_group_wait_for_its_tasks) {
    const auto in_group = [](aio::TaskGroup& group) -> Coroutine<> {
        group.create_task(aio::sleep(1s), "member");
        co_return;
    };
    const auto parent = [&]() -> Coroutine<> { co_await aio::with(aio::TaskGroup(), in_group); };
    auto task = create_task(parent, "parent");
    co_await turns(2);
    EXPECT_NE(graph(task).find("Waits for 'member'\n"), std::string::npos) << graph(task);
    co_await task;
}

TEST_ON_LOOP(Dump, shows_what_defers_a_cancellation_and_for_what_that_waits) {
    aio::Lock lock;
    const auto holder = create_task(hold(lock), "holder");
    const auto deferring = [&]() -> Coroutine<> { co_await aio::defer_cancellation(outer(lock)); };
    const auto twice = [&]() -> Coroutine<> { co_await aio::defer_cancellation(deferring()); };
    const auto task = create_task(twice, "task");
    co_await turns(3);
    task.cancel();
    co_await turns(3);
    const std::string text = without_places(aio::format_tasks());
    EXPECT_NE(text.find("Tasks: 5\n"), text.npos) << text;
    EXPECT_NE(text.find("  + Waits for what defers its cancellation: 'task'\n* Task 'task'\n"), text.npos) << text;
    EXPECT_NE(text.find("  + Waits for what defers its cancellation: 'task'\n  + Awaited by 'task'\n* Task 'task'\n"),
              text.npos)
        << text;
    EXPECT_NE(text.find("middle\n  | outer\n"), text.npos) << text;
    EXPECT_NE(text.find("  + Waits for a lock, held by 'holder'; in line: 'task'\n  + Awaited by 'task'\n"), text.npos)
        << text;
    const std::string ending = co_await ending_of(task);
    EXPECT_EQ(ending, "aio::CancelledError");
}

TEST_ON_LOOP(Dump, finds_a_circle_through_what_defers_a_cancellation) {
    aio::Lock lock;
    std::vector<aio::Task<>> again;
    const auto lock_twice = [&]() -> Coroutine<> {
        const auto guard = co_await lock.scoped();
        again.push_back(create_task(outer(lock), "again"));
        co_await aio::defer_cancellation(join(again[0]));
    };
    const auto task = create_task(lock_twice, "task");
    co_await turns(4);
    const std::string text = aio::format_tasks();
    EXPECT_NE(text.find("ends it: 'task' -> 'task' -> 'again' -> 'task'\n"), text.npos) << text;
    again[0].cancel();
    co_await ending_of(task);
}

TEST_ON_LOOP(Dump, has_each_task_once_in_order_of_creation_and_no_cycle_where_there_is_none) {
    auto first = create_task(aio::sleep(1s), "first");
    auto second = create_task(join(first), "second"), third = create_task(join(first), "third");
    co_await turns(1);
    EXPECT_EQ(without_places(aio::format_tasks()),
              "Tasks: 4\n"
              "* Task 'Task-1'\n  + Call stack, innermost first:\n"
              "  | " +
                  aio::detail::function_name(std::source_location::current()) +
                  "\n  + Runs now\n"
                  "* Task 'first'\n  + Call stack, innermost first:\n"
                  "  | aio::detail::await_in_coroutine\n  + Waits for a sleep\n  + Awaited by 'second', 'third'\n"
                  "* Task 'second'\n  + Call stack, innermost first:\n  | join\n  + Waits for the task 'first'\n"
                  "* Task 'third'\n  + Call stack, innermost first:\n  | join\n  + Waits for the task 'first'\n");
    co_await third;
}

TEST_ON_LOOP(Dump, names_two_tasks_that_wait_for_each_others_locks) {
    aio::Lock a, b;
    auto one = create_task(take_both(a, b), "one"), two = create_task(take_both(b, a), "two");
    auto outside = create_task(join(one), "outside");
    co_await aio::sleep(1s);
    const std::string text = aio::format_tasks();
    EXPECT_NE(text.find("Deadlock, unless a timeout or a cancellation ends it: 'one' -> 'two' -> 'one'\n"), text.npos)
        << text;
    EXPECT_EQ(text.find("Deadlock"), text.rfind("Deadlock"));
    one.cancel();
    co_await two;
    EXPECT_EQ(aio::format_tasks().find("Deadlock"), std::string::npos);
}

TEST_ON_LOOP(Dump, names_a_task_that_takes_its_own_lock_again) {
    aio::Lock lock;
    auto task = create_task(take_both(lock, lock), "self");
    co_await aio::sleep(1s);
    EXPECT_NE(aio::format_tasks().find(": 'self' -> 'self'\n"), std::string::npos);
    task.cancel();
    co_await ending_of(task);
}

TEST_ON_LOOP(Dump, of_very_many_leaves_the_middle_out) {
    struct Deep {
        static Coroutine<> down(int depth) {
            if (depth > 0)
                co_await down(depth - 1);
            else
                co_await aio::sleep(1s);
        }
    };
    auto deep = create_task(Deep::down(100'000), "deep");
    std::vector<aio::Task<>> chain{deep};  // each waits for the one before
    for (int i = 0; i < 10'000; ++i) chain.push_back(create_task(join(i % 2 ? chain.back() : chain.front())));
    co_await turns(1);
    const std::string text = aio::format_call_graph(deep);
    EXPECT_NE(text.find("  |   (99961 more)\n"), text.npos);
    EXPECT_NE(text.find(" and 4990 more\n"), text.npos);
    EXPECT_LT(text.size(), 10'000U);
    EXPECT_NE(aio::format_tasks().find("Tasks: 10002\n"), text.npos);
    co_await deep;
}

TEST(Dump, where_no_loop_runs_is_refused) {
    EXPECT_EQ(thrown_by([] { aio::dump_tasks(); }),
              "aio::RuntimeError: no running event loop: call this below aio::run()");
}

}  // namespace
