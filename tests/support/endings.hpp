// Coroutines whose end is known beforehand, and how one ends that is cancelled on its way.
#pragma once
#include <string>

#include "runtime/tasks/task.hpp"
#include "tests/support/counted.hpp"
#include "tests/support/on_loop.hpp"

namespace aio::test {

/// Returns `value` after `delay`: a turn later at the earliest.
inline Coroutine<int> returns(int value, Duration delay = 0s) {
    co_await sleep(delay);
    co_return value;
}
/// Throws a ValueError then.
template <class T = void> Coroutine<T> fails(std::string text, Duration delay = 0s) {
    co_await sleep(delay);
    throw ValueError(text);
}

/// Runs `body(log)` in a task, which is cancelled after so many turns. Gives what it has logged, and at the
/// end "returned", "cancelled" or its error. Nothing of it is left.
template <class Body> std::string log_when_cancelled(int turns_before, Body body) {
    Counted::reset();
    Log log;
    const auto main = [&]() -> Coroutine<> {
        const auto works = [&]() -> Coroutine<> { co_await body(log); };
        const auto task = create_task(works);
        co_await turns(turns_before);
        task.cancel();
        co_await ending_of(task);
        log(state_of(task));
    };
    run_virtually(main());
    EXPECT_EQ(Counted::alive(), 0) << turns_before;
    return log.text();
}

}  // namespace aio::test
