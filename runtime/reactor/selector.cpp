#include "runtime/reactor/selector.hpp"
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <cerrno>
#include "runtime/reactor/errors.hpp"

namespace aio {
Selector::Selector()
    : Selector(epoll_create1(EPOLL_CLOEXEC), timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
               eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    // Edge-triggered, so neither is ever read: each expiry and each write is an edge of its own.
    control(EPOLL_CTL_ADD, timer_, EPOLLIN | EPOLLET, &timer_);
    control(EPOLL_CTL_ADD, event_, EPOLLIN | EPOLLET, &event_);
}

Selector::~Selector() {
    for (const int fd : {epoll_, timer_, event_})
        if (fd >= 0) close(fd);
}

void Selector::control(int operation, int fd, std::uint32_t events, void* watch) {
    epoll_event event{events, {.ptr = watch}};
    if (epoll_ctl(epoll_, operation, fd, &event) < 0) throw_errno("epoll_ctl");
}

// A descriptor that was closed behind our back is gone from the epoll already.
void Selector::remove(int fd) noexcept { epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr); }

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
std::size_t Selector::wait(int milliseconds) noexcept {
    std::size_t reported = 0;
    const int count = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), milliseconds);
    for (int i = 0; i < count; ++i) {  // EINTR, the only error left, reports nothing
        const epoll_event& event = events_[static_cast<std::size_t>(i)];
        if (event.data.ptr == &timer_) {
            armed_for_.reset();
        } else if (event.data.ptr == &event_) {
            woken_ = true;
        } else {
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
