// How many turns of the loop lie between an event and the line that waits for it. tests/notes/hops_test.py does the
// same in CPython and compares.
#include <fmt/format.h>
#include <chrono>
#include <functional>
#include <vector>
#include "runtime/aio.hpp"

using namespace std::chrono_literals;

// [count]
/// Counts turns from the event on: a callback that queues itself again runs once in each turn.
class Turns {
  public:
    void event() {
        turns_ = 0;
        tick(++counts_);
    }
    void seen(const char* event, const char* line) {
        fmt::print("{:<24} {:<31} {}\n", event, line, turns_);
        ++counts_;
    }
  private:
    void tick(int count) {
        aio::get_running_loop().call_soon([this, count] {
            if (count != counts_) return;
            ++turns_;
            tick(count);
        });
    }
    int turns_ = 0, counts_ = 0;
};
// [/count]

// [events]
aio::Coroutine<void> nothing() { co_return; }

aio::Coroutine<void> without_a_turn(Turns& turns) {
    turns.event();
    co_await nothing();
    turns.seen("coroutine called", "after co_await coroutine");

    aio::Future<void> done;
    done.set_result();
    turns.event();
    co_await done;
    turns.seen("future already done", "after co_await future");
}

aio::Coroutine<void> first_line(Turns& turns) {
    turns.seen("create_task", "first line of the task");
    co_return;
}

aio::Coroutine<void> wait_for_it(aio::Future<void> future, Turns& turns) {
    co_await future;
    turns.seen("set_result", "after co_await future");
}

aio::Coroutine<void> end_later(Turns& turns) {
    co_await aio::sleep(1ms);
    turns.event();
}
// [/events]

aio::Coroutine<void> one_turn(Turns& turns) {
    turns.event();
    co_await aio::create_task(first_line(turns));

    turns.event();
    co_await aio::sleep(0s);
    turns.seen("sleep(0)", "after co_await sleep(0)");

    aio::Future<void> future;
    const auto task = aio::create_task(wait_for_it(future, turns));
    co_await aio::sleep(1ms);
    turns.event();
    future.set_result();
    co_await task;

    aio::Future<void> other;
    other.add_done_callback([&](const aio::Future<void>&) { turns.seen("set_result", "in a done callback"); });
    turns.event();
    other.set_result();
    co_await aio::sleep(1ms);

    const auto ending = aio::create_task(end_later(turns));
    co_await ending;
    turns.seen("task ends", "after co_await task");
}

aio::Coroutine<void> two_turns(Turns& turns) {
    aio::get_running_loop().call_later(1ms, [&] { turns.event(); });
    co_await aio::sleep(1ms);
    turns.seen("timer is run", "after co_await sleep(1ms)");

    co_await aio::gather(end_later(turns), nothing());
    turns.seen("last child ends", "after co_await gather");

    const std::vector<aio::FutureBase> tasks{aio::create_task(end_later(turns))};
    co_await aio::wait(tasks);
    turns.seen("last task ends", "after co_await wait");

    co_await aio::wait_for(end_later(turns), 1s);
    turns.seen("the awaited ends", "after co_await wait_for");

    co_await aio::shield(end_later(turns));
    turns.seen("the shielded ends", "after co_await shield");

    co_await aio::with(aio::TaskGroup(), [&](aio::TaskGroup& group) -> aio::Coroutine<void> {
        group.create_task(end_later(turns));
        co_return;
    });
    turns.seen("last child ends", "after the block of a TaskGroup");
}

aio::Coroutine<void> amain() {
    Turns turns;
    co_await without_a_turn(turns);
    co_await one_turn(turns);
    co_await two_turns(turns);
    co_await aio::sleep(0s);  // the callback that counts is queued once more
}

int main() {
    fmt::print("{:<24} {:<31} turns\n", "event", "the line that waits");
    aio::run(amain());
}
