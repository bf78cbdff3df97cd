// The kernel's side of the loop: one epoll, one timerfd, one eventfd.
#pragma once
#include <sys/epoll.h>
#include <array>
#include <optional>
#include <span>
#include <utility>
#include "runtime/reactor/clock.hpp"

namespace aio {
/// Somebody who wants to hear what epoll says about a descriptor.
struct Watch {
    /// `events` as in epoll_ctl(2). It only notes and queues: no code of the program runs in it but destructors, which
    /// may remove and destroy this watch and others.
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
    /// epoll_ctl(2). `watch` stays alive until remove(). Throws std::system_error.
    void add(int fd, std::uint32_t events, Watch& watch) { control(EPOLL_CTL_ADD, fd, events, &watch); }
    /// The same, where `fd` may have been closed and opened again behind our back: `watched` is what it was for all we
    /// know, and may be wrong.
    void watch_anew(int fd, std::uint32_t events, Watch& watch, bool watched);
    /// `watch` hears no more, not even what is seen already. It is no error if the kernel has forgotten `fd`.
    void remove(int fd, const Watch& watch) noexcept;
    /// Reports what is there to the watches and returns how many had something; never waits. Both throw
    /// std::system_error when epoll_wait(2) fails, and RuntimeError in a child process.
    std::size_t poll() { return wait(0); }
    /// Sleeps until a watch has something to report, `deadline`, or wake(); a signal or a disarmed timer ends it early.
    std::size_t sleep(std::optional<TimePoint> deadline);
    /// Ends a sleep, the present one or the next. Any thread and any signal handler may call this.
    void wake() noexcept;
    /// Whether wake() was seen since this was last asked.
    bool take_wake() noexcept { return std::exchange(woken_, false); }
    bool woken() const noexcept { return woken_; }
    /// Whether this is a child process, by fork(2), of the one that made it. The kernel's side of the loop is shared
    /// with the parent then, so the child must leave it alone: what it took away would be missing there.
    bool forked() const noexcept;
    void require_own_process() const;  ///< throws RuntimeError in a child
    /// The moment the timerfd is armed for.
    std::optional<TimePoint> armed_for() const noexcept { return armed_for_; }
  private:
    Selector(int epoll, int timer, int event) noexcept;
    void control(int operation, int fd, std::uint32_t events, void* watch);
    std::size_t wait(int milliseconds);
    void arm_timer(TimePoint deadline);
    int epoll_, timer_, event_;
    const unsigned forks_;  // as many as there had been when it was made
    bool woken_ = false;
    std::optional<TimePoint> armed_for_;
    std::array<epoll_event, 256> events_;
    std::span<epoll_event> unreported_;  // of those: what wait() has not come to yet
};
}  // namespace aio
