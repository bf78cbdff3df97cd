// Prints what each turn of the loop took, and how often a busy loop asks the kernel.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <vector>
#include "runtime/reactor/event_loop.hpp"

using namespace std::chrono_literals;
using std::chrono::milliseconds;

int calls_of_epoll_wait = 0;

/// Stands before the C library's: counts, then asks the kernel.
int epoll_wait(int epoll, epoll_event* events, int room, int timeout) {
    ++calls_of_epoll_wait;
    return static_cast<int>(syscall(SYS_epoll_pwait, epoll, events, room, timeout, nullptr, 0));
}

/// A pipe with something in it.
struct FullPipe {
    FullPipe() {
        if (pipe(ends.data()) < 0 || write(ends[1], "x", 1) < 0) throw std::runtime_error("no pipe");
    }
    ~FullPipe() { close(ends[0]), close(ends[1]); }
    void empty() const {
        char byte;
        if (read(ends[0], &byte, 1) < 0) throw std::runtime_error("can't read");
    }
    std::array<int, 2> ends{};
};

// [turns]
void show_the_order() {
    fmt::print("turn    time  descriptors  timers  what ran\n");
    FullPipe full_pipe;
    aio::EventLoop loop(aio::ClockKind::virtual_time);
    std::vector<std::string> ran;
    const auto note = [&](const char* name) { return [&ran, name] { ran.emplace_back(name); }; };

    loop.call_later(10ms, note("timer 10 ms"));
    loop.add_reader(full_pipe.ends[0], [&] {
        ran.emplace_back("pipe");
        full_pipe.empty();
        loop.call_later(0ms, note("timer 0 ms"));
        loop.call_soon(note("X"));
        loop.call_soon([&] {
            ran.emplace_back("Y");
            loop.call_soon(note("Z"));
        });
    });

    for (int turn = 1; turn <= 4; ++turn) {
        const aio::Turn did = loop.run_once();
        const auto now = std::chrono::duration_cast<milliseconds>(loop.time().time_since_epoch());
        fmt::print("{:>4} {:>4} ms {:>12} {:>7}  {}\n", turn, now.count(), did.descriptors, did.timers,
                   fmt::join(ran, ", "));
        ran.clear();
    }
}
// [/turns]

// [busy]
void show_a_busy_loop() {
    fmt::print("\na callback that queues itself again, for ever:\n");
    FullPipe full_pipe;
    aio::EventLoop loop(aio::ClockKind::virtual_time);
    int turn = 0;
    const std::function<void()> again = [&] { loop.call_soon(again); };
    loop.call_soon(again);
    loop.add_reader(full_pipe.ends[0], [&] {
        fmt::print("the pipe was seen in turn {}\n", turn);
        loop.remove_reader(full_pipe.ends[0]);
    });

    calls_of_epoll_wait = 0;
    for (turn = 1; turn <= 1000; ++turn) loop.run_once();
    fmt::print("calls of epoll_wait in 1000 turns: {}\n", calls_of_epoll_wait);
}
// [/busy]

int main() {
    show_the_order();
    show_a_busy_loop();
}
