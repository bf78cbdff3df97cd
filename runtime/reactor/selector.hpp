// The kernel's side of the loop: one epoll, one timerfd, one eventfd.
#pragma once
#include <sys/epoll.h>
#include <array>
#include <optional>
#include <utility>
#include "runtime/reactor/clock.hpp"

namespace aio {
/// Somebody who wants to hear what epoll says about a descriptor.
struct Watch {
    /// `events` as in epoll_ctl(2). It only notes and queues: no code of the program runs in it.
    virtual void on_events(std::uint32_t events) noexcept = 0;
  protected:
    ~Watch() = default;
};

/// What asyncio calls a selector. Timers do not come one to a descriptor: a single timerfd is armed for the earliest,
/// just before sleeping, and only if that is earlier than what it is armed for already.
class Selector {
  public:
    /// Throws std::system_error when the kernel gives no descriptors.
    Selector();
    ~Selector();
    Selector(Selector&&) = delete;
    /// epoll_ctl(2). `watch` stays alive until remove(). Throw std::system_error.
    void add(int fd, std::uint32_t events, Watch& watch) { control(EPOLL_CTL_ADD, fd, events, &watch); }
    void modify(int fd, std::uint32_t events, Watch& watch) { control(EPOLL_CTL_MOD, fd, events, &watch); }
    void remove(int fd) noexcept;
    /// Reports what is there to the watches and returns how many had something; never waits.
    std::size_t poll() noexcept { return wait(0); }
    /// Sleeps until a watch has something to report, `deadline`, or wake(); a signal or a disarmed timer ends it early.
    std::size_t sleep(std::optional<TimePoint> deadline);
    /// Ends a sleep, the present one or the next. Any thread and any signal handler may call this.
    void wake() noexcept;
    /// Whether wake() was seen since this was last asked.
    bool take_wake() noexcept { return std::exchange(woken_, false); }
    bool woken() const noexcept { return woken_; }
    /// The moment the timerfd is armed for.
    std::optional<TimePoint> armed_for() const noexcept { return armed_for_; }
  private:
    Selector(int epoll, int timer, int event) noexcept : epoll_(epoll), timer_(timer), event_(event) {}
    void control(int operation, int fd, std::uint32_t events, void* watch);
    std::size_t wait(int milliseconds) noexcept;
    void arm_timer(TimePoint deadline);
    int epoll_, timer_, event_;
    bool woken_ = false;
    std::optional<TimePoint> armed_for_;
    std::array<epoll_event, 256> events_;
};
}  // namespace aio
