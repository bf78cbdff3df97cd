// The same program on both clocks, and how the virtual one decides when to jump.
#include <fmt/format.h>
#include <chrono>
#include <string>
#include "runtime/aio.hpp"

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// [day]
aio::Coroutine<int> clock_that_strikes(int hours) {
    int strokes = 0;
    for (; strokes < hours; ++strokes) co_await aio::sleep(1h);
    co_return strokes;
}

void a_day_in_no_time() {
    const auto before = std::chrono::steady_clock::now();
    aio::Runner runner(aio::ClockKind::virtual_time);
    const int strokes = runner.run(clock_that_strikes(24));
    const bool quick = std::chrono::steady_clock::now() - before < 1min;
    fmt::print("24 sleeps of an hour: {} strokes, in less than a minute: {}\n", strokes, quick);
}
// [/day]

// [jumps]
/// Says what the loop is about to do, turn by turn, until no timer is left.
void show_the_jumps() {
    aio::EventLoop loop(aio::ClockKind::virtual_time);
    const auto ms = [](aio::TimePoint moment) {
        return std::chrono::duration_cast<milliseconds>(moment.time_since_epoch()).count();
    };
    loop.call_later(300ms, [] {});
    loop.call_later(100ms, [&] { loop.call_soon([&] { loop.call_soon([] {}); }); });
    loop.call_later(100ms, [] {});

    fmt::print("\nturn  ready  next timer  clock before  clock after\n");
    for (int turn = 1; loop.timers().next() || !loop.ready().empty(); ++turn) {
        const bool ready = !loop.ready().empty();
        const auto next = loop.timers().next();
        const auto before = ms(loop.time());
        loop.run_once();
        fmt::print("{:>4} {:>6} {:>8} ms {:>10} ms {:>9} ms{}\n", turn, ready ? "yes" : "no", ms(*next), before,
                   ms(loop.time()), ms(loop.time()) > before ? "  <- jumped" : "");
    }
}
// [/jumps]

// [no-early-sleep]
aio::Coroutine<int> count_early_ends(int sleeps) {
    aio::EventLoop& loop = aio::get_running_loop();
    int early = 0;
    for (int i = 0; i < sleeps; ++i) {
        const aio::TimePoint due = loop.time() + 100us * i;
        co_await aio::sleep(100us * i);
        early += loop.time() < due;
    }
    co_return early;
}
// [/no-early-sleep]

aio::Coroutine<void> wait_for_nobody() {
    aio::Future<void> never;
    co_await never;
}

int main() {
    a_day_in_no_time();
    show_the_jumps();

    aio::Runner real(aio::ClockKind::real);
    fmt::print("\n50 sleeps on the real clock, 0 to 4.9 ms; ended early: {}\n", real.run(count_early_ends(50)));

    try {
        aio::run(wait_for_nobody());
    } catch (const aio::DeadlockError& error) { fmt::print("{}\n", error.what()); }
}
