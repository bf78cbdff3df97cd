// How to sleep until a deadline: one timerfd in the epoll, as the loop does, or epoll_pwait2 with its time limit. CPU
// time only: the sleep itself costs none.
#include <benchmark/benchmark.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <thread>

#include "runtime/reactor/event_loop.hpp"

namespace {

using namespace std::chrono_literals;

constexpr timespec in_20_us{.tv_sec = 0, .tv_nsec = 20'000}, in_a_minute{.tv_sec = 60, .tv_nsec = 0};

/// An epoll with a timerfd and an eventfd, both edge-triggered.
struct Kernel {
    Kernel() { watch(timer), watch(event); }
    ~Kernel() { close(epoll), close(timer), close(event); }
    Kernel(const Kernel&) = delete;

    void watch(int fd) {
        epoll_event wanted{EPOLLIN | EPOLLET, {.fd = fd}};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted);
    }
    void arm(const timespec& delay) {
        const itimerspec when{.it_interval = {}, .it_value = delay};
        timerfd_settime(timer, 0, &when, nullptr);
    }
    int wait(int milliseconds) { return epoll_wait(epoll, events, 8, milliseconds); }
    int wait(const timespec& limit) {  // glibc has no function for it before 2.35
        return static_cast<int>(syscall(SYS_epoll_pwait2, epoll, events, 8, &limit, nullptr, std::size_t{0}));
    }

    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    epoll_event events[8];
};

bool has_epoll_pwait2(benchmark::State& state, Kernel& kernel) {
    if (kernel.wait(timespec{}) == 0) return true;
    state.SkipWithError("this kernel has no epoll_pwait2; it came with Linux 5.11");
    return false;
}

// --- Until the deadline, which is another one each time. `late_us`: how late the sleep ended.

class Lateness {
  public:
    explicit Lateness(benchmark::State& state) : state_(state) {}
    ~Lateness() {
        const std::chrono::duration<double, std::micro> elapsed = std::chrono::steady_clock::now() - start_;
        state_.counters["late_us"] = elapsed.count() / static_cast<double>(state_.iterations()) - 20;
    }
  private:
    benchmark::State& state_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void loop_sleep(benchmark::State& state) {
    aio::EventLoop loop(aio::ClockKind::real);
    const Lateness lateness(state);
    for (auto _ : state) {
        bool fired = false;
        loop.call_later(20us, [&] { fired = true; });
        while (!fired) loop.run_once();
    }
}

void timerfd_sleep(benchmark::State& state) {
    Kernel kernel;
    const Lateness lateness(state);
    for (auto _ : state) {
        kernel.arm(in_20_us);
        kernel.wait(-1);
    }
}

void epoll_pwait2_sleep(benchmark::State& state) {
    Kernel kernel;
    if (!has_epoll_pwait2(state, kernel)) return;
    const Lateness lateness(state);
    for (auto _ : state) kernel.wait(in_20_us);
}

// --- Until another thread answers, long before the deadline, which stays the same.

/// Answers each write to `question` by one to `answer`.
class Answerer {
  public:
    explicit Answerer(int answer) : answer_(answer) {}
    ~Answerer() {
        stop_ = true;
        ask();
        thread_.join();
        close(question_);
    }
    Answerer(const Answerer&) = delete;
    void ask() { eventfd_write(question_, 1); }
  private:
    void run() {
        for (eventfd_t count; eventfd_read(question_, &count) == 0 && !stop_;) eventfd_write(answer_, 1);
    }
    int question_ = eventfd(0, EFD_CLOEXEC), answer_;
    std::atomic<bool> stop_ = false;
    std::thread thread_{[this] { run(); }};
};

void timerfd_answered(benchmark::State& state) {
    Kernel kernel;
    Answerer answerer(kernel.event);
    kernel.arm(in_a_minute);
    for (auto _ : state) {
        answerer.ask();
        kernel.wait(-1);
    }
}

void epoll_pwait2_answered(benchmark::State& state) {
    Kernel kernel;
    if (!has_epoll_pwait2(state, kernel)) return;
    Answerer answerer(kernel.event);
    for (auto _ : state) {
        answerer.ask();
        kernel.wait(in_a_minute);
    }
}

BENCHMARK(loop_sleep);
BENCHMARK(timerfd_sleep);
BENCHMARK(epoll_pwait2_sleep);
BENCHMARK(timerfd_answered);
BENCHMARK(epoll_pwait2_answered);

}  // namespace
