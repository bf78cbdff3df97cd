// A descriptor that a foreign library lends us: what add_reader() and add_writer() watch.
#pragma once
#include <functional>
#include "runtime/reactor/entry.hpp"
#include "runtime/reactor/ref.hpp"
#include "runtime/reactor/selector.hpp"

namespace aio {
class EventLoop;

namespace detail {
/// A callback that runs whenever its descriptor is ready.
class Reaction final : public RefCounted<Reaction>, public Entry {
  public:
    Reaction(EventLoop& loop, std::function<void()> function) : loop_(loop), function_(std::move(function)) {}
    void run() noexcept override;
  private:
    EventLoop& loop_;
    std::function<void()> function_;
};

/// Somebody else reads, writes and closes it. Level-triggered, for we can't know whether the owner has read all there
/// was; watched for just the directions that have a callback.
class BorrowedDescriptor final : public Watch {
  public:
    BorrowedDescriptor(EventLoop& loop, int fd) noexcept : loop_(loop), fd_(fd) {}
    ~BorrowedDescriptor();
    BorrowedDescriptor(const BorrowedDescriptor&) = delete;

    /// Sets the callback for EPOLLIN or EPOLLOUT; an empty one takes it away. Returns whether there was one. Throws
    /// std::system_error.
    bool set(std::uint32_t direction, std::function<void()> function);
    bool unwatched() const noexcept { return !reader_ && !writer_; }
  private:
    void on_events(std::uint32_t events) noexcept override;

    EventLoop& loop_;
    int fd_;
    Ref<Reaction> reader_, writer_;
};
}  // namespace detail
}  // namespace aio
