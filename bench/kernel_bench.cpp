// What the kernel asks for: the prices by which the reactor was designed.
#include <benchmark/benchmark.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <chrono>

namespace {

struct Kernel {
    Kernel() { control(EPOLL_CTL_ADD, EPOLLIN | EPOLLET); }
    ~Kernel() { close(epoll), close(event); }
    Kernel(const Kernel&) = delete;

    void control(int operation, std::uint32_t events) {
        epoll_event wanted{events, {.fd = event}};
        epoll_ctl(epoll, operation, event, &wanted);
    }
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
};

/// With nothing to report.
void bare_epoll_wait(benchmark::State& state) {
    Kernel kernel;
    epoll_event events[8];
    for (auto _ : state) epoll_wait(kernel.epoll, events, 8, 0);
}

/// Another event of a descriptor that is watched already.
void bare_epoll_mod(benchmark::State& state) {
    Kernel kernel;
    std::uint32_t direction = EPOLLIN;
    for (auto _ : state) kernel.control(EPOLL_CTL_MOD, (direction ^= EPOLLIN | EPOLLOUT) | EPOLLET);
}

/// A descriptor is watched for one wait only: two system calls.
void bare_epoll_add_del(benchmark::State& state) {
    Kernel kernel;
    for (auto _ : state) {
        kernel.control(EPOLL_CTL_DEL, 0);
        kernel.control(EPOLL_CTL_ADD, EPOLLIN | EPOLLET);
    }
}

/// From an empty descriptor: what an attempt costs that comes too early.
void bare_read_nothing(benchmark::State& state) {
    Kernel kernel;
    eventfd_t count = 0;
    for (auto _ : state) benchmark::DoNotOptimize(eventfd_read(kernel.event, &count));
}

/// CLOCK_MONOTONIC.
void bare_clock(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(std::chrono::steady_clock::now());
}

/// A new time for a timer that is set.
void bare_timerfd_settime(benchmark::State& state) {
    const int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    const itimerspec in_a_minute{.it_interval = {}, .it_value = {.tv_sec = 60, .tv_nsec = 0}};
    for (auto _ : state) timerfd_settime(fd, 0, &in_a_minute, nullptr);
    close(fd);
}

BENCHMARK(bare_epoll_wait);
BENCHMARK(bare_epoll_mod);
BENCHMARK(bare_epoll_add_del);
BENCHMARK(bare_read_nothing);
BENCHMARK(bare_clock);
BENCHMARK(bare_timerfd_settime);

}  // namespace
