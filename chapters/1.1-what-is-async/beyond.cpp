// 1.1, second part: what a loop with one thread can not do, and what it does without being asked.
#include <chrono>
#include <string>
#include <thread>

#include "chapters/1.1-what-is-async/pipe.hpp"
#include "chapters/python_print.hpp"
#include "runtime/reactor/event_loop.hpp"

using namespace std::chrono_literals;
using python::print;

namespace {

void a_callback_that_blocks() {
    print("\n--- A callback that blocks delays every timer ---");
    aio::EventLoop loop(aio::ClockKind::real);  // whatever AIO_CLOCK says: a thread can only block in real time
    const aio::TimePoint start = loop.time();

    loop.call_at(start + 10ms, [] {
        print("timer A, due at 10 ms, blocks the thread for 50 ms");
        std::this_thread::sleep_for(50ms);
    });
    loop.call_at(start + 20ms, [&] {
        const bool late = loop.time() - start >= 60ms;
        print("timer B, due at 20 ms, ran after 60 ms: {}", late);
        loop.stop();
    });
    loop.run_forever();
}

void the_same_work_in_two_halves() {
    print("\n--- The right way: wait by a timer, and let the loop run the others meanwhile ---");
    aio::EventLoop loop;
    const aio::TimePoint start = loop.time();

    loop.call_at(start + 10ms, [&] {
        print("timer A, due at 10 ms, asks to be called again in 50 ms");
        loop.call_later(50ms, [&] {
            print("timer A goes on");
            loop.stop();
        });
    });
    loop.call_at(start + 20ms, [] { print("timer B, due at 20 ms, runs between the two halves"); });
    loop.run_forever();
}

// [level]
void a_descriptor_that_stays_ready() {
    print("\n--- A watched descriptor is reported in every turn, until there is nothing left to read ---");
    Pipe pipe;
    aio::EventLoop loop;
    loop.add_reader(pipe.read_end(), [&] { print("read one byte: {}", pipe.read(1)); });
    loop.call_later(20ms, [&] {
        print("then the timer, which had to wait for its time");
        loop.stop();
    });
    pipe.write("abc");
    loop.run_forever();
}
// [/level]

void a_loop_with_nothing_to_wait_for() {
    print("\n--- A loop that nothing can ever wake says so ---");
    aio::EventLoop loop;
    aio::TimerHandle timer = loop.call_later(10ms, [] { print("never printed"); });
    timer.cancel();
    try {
        loop.run_forever();
    } catch (const aio::DeadlockError& error) { print("{}", error.what()); }
}

}  // namespace

void beyond_the_tutorial() {
    print("=== Beyond the tutorial ===");
    a_callback_that_blocks();
    the_same_work_in_two_halves();
    a_descriptor_that_stays_ready();
    a_loop_with_nothing_to_wait_for();
}
