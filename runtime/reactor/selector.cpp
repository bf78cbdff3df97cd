#include "runtime/reactor/selector.hpp"
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include "runtime/reactor/errors.hpp"

namespace aio {
namespace {
// How often this process, and those that it descends from, were made by fork(2). Counted by a handler, as a signal is.
std::atomic<unsigned> forks{0};
[[maybe_unused]] const int counts_forks = pthread_atfork(nullptr, nullptr, [] { ++forks; });
}  // namespace

Selector::Selector(int epoll, int timer, int event) noexcept
    : epoll_(epoll), timer_(timer), event_(event), forks_(forks.load(std::memory_order_relaxed)) {}

Selector::Selector()
    : Selector(epoll_create1(EPOLL_CLOEXEC), timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
               eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (epoll_ < 0 || timer_ < 0 || event_ < 0) throw_errno("the epoll, timerfd and eventfd of an event loop");
    // Edge-triggered, so neither is ever read: each expiry and each write is an edge of its own.
    control(EPOLL_CTL_ADD, timer_, EPOLLIN | EPOLLET, &timer_);
    control(EPOLL_CTL_ADD, event_, EPOLLIN | EPOLLET, &event_);
}

Selector::~Selector() {
    for (const int fd : {epoll_, timer_, event_})
        if (fd >= 0) close(fd);
}

void Selector::control(int operation, int fd, std::uint32_t events, void* watch) {
    require_own_process();
    epoll_event event{events, {.ptr = watch}};
    if (epoll_ctl(epoll_, operation, fd, &event) < 0) throw_errno("epoll_ctl");
}

// The kernel forgets a descriptor that is closed; but not while another one, in a child process say, is open for the
// same file: when that comes back under the same number, it is still watched.
void Selector::watch_anew(int fd, std::uint32_t events, Watch& watch, bool watched) {
    require_own_process();
    epoll_event event{events, {.ptr = &watch}};
    const int likely = watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(epoll_, likely, fd, &event) == 0) return;
    if (errno != ENOENT && errno != EEXIST) throw_errno("epoll_ctl");
    control(watched ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, events, &watch);
}

// A descriptor that was closed behind our back is gone from the epoll already: that error means nothing.
void Selector::remove(int fd, const Watch& watch) noexcept {
    if (!forked()) epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
    for (epoll_event& event : unreported_)
        if (event.data.ptr == &watch) event.data.ptr = nullptr;
}

bool Selector::forked() const noexcept { return forks.load(std::memory_order_relaxed) != forks_; }

void Selector::require_own_process() const {
    if (forked())
        throw_runtime_error(
            "this event loop belongs to the parent process: after fork(), call exec, _exit or aio::run");
}

// [sleep]
std::size_t Selector::sleep(std::optional<TimePoint> deadline) {
    if (deadline && (!armed_for_ || *deadline < *armed_for_)) arm_timer(*deadline);
    return wait(-1);
}
// [/sleep]

void Selector::wake() noexcept {
    const int error = errno;  // a signal handler must leave it as it was
    const std::uint64_t one = 1;
    // A full counter is an edge already: nothing is lost when this write fails.
    [[maybe_unused]] const ssize_t written = write(event_, &one, sizeof one);
    errno = error;
}

// [wait]
std::size_t Selector::wait(int milliseconds) {
    require_own_process();
    const int count = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), milliseconds);
    if (count < 0 && errno != EINTR) throw_errno("epoll_wait");

    std::size_t reported = 0;
    unreported_ = std::span(events_).first(static_cast<std::size_t>(std::max(count, 0)));
    while (!unreported_.empty()) {
        const epoll_event event = unreported_.front();
        unreported_ = unreported_.subspan(1);
        if (event.data.ptr == &timer_) {
            armed_for_.reset();
        } else if (event.data.ptr == &event_) {
            woken_ = true;
        } else if (event.data.ptr) {  // else it was removed by what came before
            static_cast<Watch*>(event.data.ptr)->on_events(event.events);
            ++reported;
        }
    }
    return reported;
}

void Selector::arm_timer(TimePoint deadline) {
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline.time_since_epoch()).count();
    const itimerspec when{.it_interval = {}, .it_value = {.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000}};
    if (timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr) < 0) throw_errno("timerfd_settime");
    armed_for_ = deadline;
}
// [/wait]
}  // namespace aio
