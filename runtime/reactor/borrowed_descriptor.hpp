// A descriptor that a foreign library lends us: what add_reader() and add_writer() watch.
#pragma once
#include <functional>
#include "runtime/reactor/handle.hpp"
#include "runtime/reactor/selector.hpp"

namespace aio::detail {
/// Somebody else reads, writes and closes it. Level-triggered, for we can't know whether the owner has read all there
/// was; watched for just the directions that have a callback. The owner may close it and open another one under the
/// same number: the next set() with a callback watches that.
struct BorrowedDescriptor final : Watch {
    BorrowedDescriptor(EventLoop& loop, int fd) noexcept : loop_(loop), fd_(fd) {}
    ~BorrowedDescriptor();
    BorrowedDescriptor(BorrowedDescriptor&&) = delete;
    /// Sets the callback for EPOLLIN or EPOLLOUT, or takes it away; whether there was one. Throws std::system_error.
    bool set(std::uint32_t direction, std::function<void()> function);
    bool watched() const noexcept { return events_ != 0; }
  private:
    struct Direction {
        std::function<void()> function{};
        Handle queued{};  // the call that is on its way
    };
    void on_events(std::uint32_t events) noexcept override;
    EventLoop& loop_;
    int fd_;
    std::uint32_t events_ = 0;
    Direction reader_, writer_;
};
}  // namespace aio::detail
