// Timers that are cancelled and timers that fire, beside the standard containers and a timerfd for each.
#include <sys/timerfd.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <map>
#include <vector>

#include "bench/in_loop.hpp"

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// The same 1 to 1000 ms in every benchmark.
class Delays {
  public:
    std::chrono::milliseconds next() {
        x_ = x_ * 1664525u + 1013904223u;
        return std::chrono::milliseconds(1 + (x_ >> 8) % 1000);
    }
  private:
    std::uint32_t x_ = 1;
};

// --- Set and cancelled at once: what every time limit does that is not reached.

template <long others> void timer_cancel(benchmark::State& state) {
    aio::EventLoop loop(aio::ClockKind::real);
    Delays delays;
    for (long i = 0; i < others; ++i) loop.call_later(60s + delays.next(), [] {});
    for (auto _ : state) loop.call_later(60s, [] {}).cancel();
}

template <long others> void bare_multimap(benchmark::State& state) {
    std::multimap<Clock::time_point, std::function<void()>> timers;
    Delays delays;
    for (long i = 0; i < others; ++i) timers.emplace(Clock::now() + 60s + delays.next(), [] {});
    for (auto _ : state) timers.erase(timers.emplace(Clock::now() + 60s, [] {}));
}

/// A timer of the kernel: two system calls.
void bare_timerfd(benchmark::State& state) {
    const int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    const itimerspec in_a_minute{.it_interval = {}, .it_value = {.tv_sec = 60, .tv_nsec = 0}}, never{};
    for (auto _ : state) {
        timerfd_settime(fd, 0, &in_a_minute, nullptr);
        timerfd_settime(fd, 0, &never, nullptr);
    }
    close(fd);
}

BENCHMARK(timer_cancel<0>)->Name("timer_cancel");
BENCHMARK(timer_cancel<100'000>)->Name("timer_cancel_among_100000");
BENCHMARK(bare_multimap<0>)->Name("bare_multimap");
BENCHMARK(bare_multimap<100'000>)->Name("bare_multimap_among_100000");
BENCHMARK(bare_timerfd);

// --- Set, and fired in order: each of many.

constexpr long batch = 10'000;

void timer_fire(benchmark::State& state) {
    aio::EventLoop loop(aio::ClockKind::virtual_time);
    Delays delays;
    while (state.KeepRunningBatch(batch)) {
        long left = batch;
        for (long i = 0; i < batch; ++i) loop.call_later(delays.next(), [&] { --left; });
        while (left > 0) loop.run_once();
    }
}

void bare_multimap_fire(benchmark::State& state) {
    std::multimap<Clock::duration, std::function<void()>> timers;
    Delays delays;
    while (state.KeepRunningBatch(batch)) {
        long left = batch;
        for (long i = 0; i < batch; ++i) timers.emplace(delays.next(), [&] { --left; });
        for (; !timers.empty(); timers.erase(timers.begin())) timers.begin()->second();
    }
}

BENCHMARK(timer_fire);
BENCHMARK(bare_multimap_fire);

// --- Tasks asleep: each of many, from its creation to its end.

aio::Coroutine<void> sleeper(std::chrono::milliseconds delay) { co_await aio::sleep(delay); }

aio::Coroutine<void> sleep_all(long n, const std::function<void()>& when_all_sleep) {
    Delays delays;
    std::vector<aio::Task<void>> tasks;
    tasks.reserve(static_cast<std::size_t>(n));
    for (long i = 0; i < n; ++i) tasks.push_back(aio::create_task(sleeper(delays.next())));
    co_await aio::sleep(0s);
    when_all_sleep();
    for (const auto& task : tasks) co_await task;
}

double bytes_in_use() {
    long all = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return static_cast<double>(resident * sysconf(_SC_PAGESIZE));
}

/// The memory of a task asleep, with all that belongs to it. Measured once: later the frame pool has it all.
double bytes_of_a_sleeper() {
    constexpr long n = 100'000;
    const double before = bytes_in_use();
    double after = 0;
    aio::Runner(aio::ClockKind::virtual_time).run(sleep_all(n, [&] { after = bytes_in_use(); }));
    return (after - before) / n;
}

aio::Coroutine<void> sleeping_task(benchmark::State& state) {
    while (state.KeepRunningBatch(batch)) co_await sleep_all(batch, [] {});
}

void sleeping_task_and_its_memory(benchmark::State& state) {
    static const double bytes = bytes_of_a_sleeper();
    in_loop<sleeping_task, aio::ClockKind::virtual_time>(state);
    state.counters["bytes"] = bytes;
}

BENCHMARK(sleeping_task_and_its_memory)->Name("sleeping_task");

}  // namespace
