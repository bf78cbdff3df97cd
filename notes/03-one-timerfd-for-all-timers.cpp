// Prints what the loop asks of the kernel for its timers: most of the time nothing.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <chrono>
#include <string>
#include <vector>
#include "runtime/reactor/event_loop.hpp"

using namespace std::chrono_literals;

int times_armed = 0;

/// Stands before the C library's: counts, then asks the kernel.
int timerfd_settime(int fd, int flags, const itimerspec* value, itimerspec* old) noexcept {
    ++times_armed;
    return static_cast<int>(syscall(SYS_timerfd_settime, fd, flags, value, old));
}

/// From the start of the program, rounded: the deadlines here are whole hours.
std::string hours(const std::optional<aio::TimePoint>& moment, aio::TimePoint start) {
    return moment ? fmt::format("{} h", std::chrono::round<std::chrono::hours>(*moment - start).count()) : "none";
}

int main() {
    // [timers]
    aio::EventLoop loop(aio::ClockKind::real);
    const aio::TimePoint start = loop.time();
    std::vector<aio::TimerHandle> timers(1000);

    fmt::print("{:<40} {:>8} {:>9} {:>17}\n", "then the loop goes to sleep", "earliest", "armed for",
               "timerfd_settime");
    const auto sleep_and_tell = [&](const char* what) {
        const std::string earliest = hours(loop.timers().next(), start);
        times_armed = 0;
        loop.wake();  // so that the sleep ends at once
        loop.run_once();
        fmt::print("{:<40} {:>8} {:>9} {:>17}\n", what, earliest, hours(loop.selector().armed_for(), start),
                   times_armed);
    };
    const auto set = [&](std::size_t which, aio::Duration delay) { timers[which] = loop.call_later(delay, [] {}); };

    for (std::size_t i = 0; i < 1000; ++i) set(i, std::chrono::hours(5 + i));
    sleep_and_tell("1000 timers are set, for 5 h to 1004 h");
    sleep_and_tell("nothing has changed");
    timers[500].cancel(), set(500, 7h);
    sleep_and_tell("one of them is moved to 7 h");
    timers[0].cancel(), set(0, 9h);
    sleep_and_tell("the first is moved to 9 h");
    set(0, 2h);
    sleep_and_tell("one more is set, for 2 h");
    for (aio::TimerHandle& timer : timers) timer.cancel();
    sleep_and_tell("all are called off but one, for 9 h");
    // [/timers]
}
