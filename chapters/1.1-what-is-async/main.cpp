// 1.1: an event loop, bare. Three timers and a pipe, callbacks only; what each turn of the loop did is printed.
#include <chrono>
#include <optional>
#include <string>

#include "chapters/1.1-what-is-async/pipe.hpp"
#include "chapters/arguments.hpp"
#include "chapters/python_print.hpp"
#include "runtime/reactor/event_loop.hpp"

using namespace std::chrono_literals;
using python::print;
using std::chrono::milliseconds;

void beyond_the_tutorial();  // beyond.cpp

/// What the callbacks share.
struct Demo {
    Pipe pipe;  // made before the loop, so that it is closed after the loop has stopped watching it
    aio::EventLoop loop;
    aio::TimePoint start = loop.time();
    bool finished = false;

    /// Whole milliseconds from the start to `moment`.
    milliseconds::rep at(aio::TimePoint moment) const {
        return std::chrono::duration_cast<milliseconds>(moment - start).count();
    }
    void say(const std::string& what) { print("    at {} ms: {}", at(loop.time()), what); }
};

// [callbacks]
/// Hands the loop everything it will ever run. Nothing runs yet.
void set_up(Demo& demo) {
    demo.loop.call_soon([&demo] { demo.say("a callback that did not have to wait"); });

    demo.loop.add_reader(demo.pipe.read_end(),
                         [&demo] { demo.say("the pipe holds " + python::repr(demo.pipe.read())); });

    demo.loop.call_at(demo.start + 100ms, [&demo] {
        demo.say("timer A writes into the pipe");
        demo.pipe.write("hello");
    });
    demo.loop.call_at(demo.start + 200ms, [&demo] {
        demo.say("timer B asks for one more callback");
        demo.loop.call_soon([&demo] { demo.say("the callback that timer B asked for"); });
    });
    demo.loop.call_at(demo.start + 300ms, [&demo] {
        demo.say("timer C ends the demo");
        demo.finished = true;
    });
}
// [/callbacks]

// [turns]
/// What EventLoop::run_forever() does, and a look at every turn.
void run_turn_by_turn(Demo& demo) {
    for (int number = 1; !demo.finished; ++number) {
        print("turn {}", number);
        const std::optional<aio::TimePoint> next = demo.loop.timers().next();
        const std::string deadline = next ? fmt::format("{} ms", demo.at(*next)) : "none";
        const aio::Turn turn = demo.loop.run_once();
        print("    next deadline {} · descriptors ready {} · timers fired {} · callbacks run {}", deadline,
              turn.descriptors, turn.timers, turn.callbacks);
    }
}
// [/turns]

int main(int argc, char** argv) {
    accept_no_arguments(argc, argv);

    print("=== An event loop, turn by turn ===");
    Demo demo;
    set_up(demo);
    run_turn_by_turn(demo);

    beyond_the_tutorial();
}
