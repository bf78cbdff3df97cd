// A descriptor of our own, a socket or a pipe, and what is known about it.
#pragma once
#include <sys/types.h>
#include "runtime/reactor/intrusive_list.hpp"
#include "runtime/reactor/selector.hpp"

namespace aio {
class EventLoop;

/// Registered once for its life, edge-triggered, for both directions: no operation costs an epoll_ctl. The price: an
/// edge is told once, so it is remembered here until a read or write has found the descriptor drained or full, which
/// after_read() and after_write() are told. Try first; wait for on_readable() and on_writable() only after EAGAIN.
class Descriptor : public ListHook<Descriptor>, private Watch {
  public:
    /// When a read that gives less than was asked for means that nothing is left. The kernel promises that of a TCP
    /// connection without urgent data, where a read stops at it. On a unix socket a read stops behind a message that
    /// carries descriptors.
    enum class ShortRead : bool { tells_nothing, means_drained };
    /// Takes over `fd`, non-blocking and no regular file. Throws std::system_error, and closes it then too.
    Descriptor(EventLoop& loop, int fd, ShortRead short_read = ShortRead::tells_nothing);
    ~Descriptor() { close(); }
    int fd() const noexcept { return fd_; }  ///< -1 once closed
    bool readable() const noexcept { return readable_; }
    bool writable() const noexcept { return writable_; }
    /// To be told of every read: `got` as read(2) returned it, errno still in place, of `asked` bytes. Drained is after
    /// EAGAIN, and after a short read where that means it.
    void after_read(ssize_t got, std::size_t asked) noexcept;
    /// The same for write(2): EAGAIN or a short write means full.
    void after_write(ssize_t put, std::size_t asked) noexcept;
    /// Whether somebody waits for an edge, so that this descriptor could wake the loop.
    virtual bool awaited() const noexcept { return false; }
    /// Closes it, and says so by on_close(). May be called again.
    void close() noexcept;
  protected:
    // They read, write and queue, but no code of the program runs in them but destructors.
    /// An edge was noted: see readable(), which an end or an error makes true too, and writable(). May destroy this.
    virtual void on_edge() noexcept {}
    virtual void before_close() noexcept {}  ///< fd() is still open
    virtual void on_close() noexcept {}      ///< fd() is -1 now. May destroy this
    EventLoop& loop_;
  private:
    Descriptor(int fd, EventLoop& loop, ShortRead short_read) noexcept
        : loop_(loop), fd_(fd), short_read_(short_read) {}
    void on_events(std::uint32_t events) noexcept override;
    int fd_;
    bool readable_ : 1 = false, writable_ : 1 = false;
    ShortRead short_read_;
};
}  // namespace aio
