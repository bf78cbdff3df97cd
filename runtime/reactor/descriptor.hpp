// A descriptor of our own, a socket or a pipe, and the two who may wait for it.
#pragma once
#include <sys/types.h>
#include <cstdint>
#include "runtime/reactor/entry.hpp"
#include "runtime/reactor/selector.hpp"

namespace aio {
class EventLoop;

/// Registered once for its life, edge-triggered, for both directions: no operation costs an epoll_ctl. The price: an
/// edge is told once, so it is remembered here until a read or write has found the descriptor drained or full. Try
/// first, and wait only after EAGAIN; after_read() and after_write() keep the memory right.
class Descriptor : public ListHook<Descriptor>, private Watch {
  public:
    /// Takes over `fd`, which must be non-blocking and pollable (no regular file). Throws std::system_error; `fd` is
    /// closed then too.
    Descriptor(EventLoop& loop, int fd);
    ~Descriptor() { close(); }

    int fd() const noexcept { return fd_; }  ///< -1 once closed
    bool readable() const noexcept { return readable_; }
    bool writable() const noexcept { return writable_; }

    /// To be told of every read: `got` as read(2) returned it, errno still in place, of `asked` bytes. EAGAIN means
    /// drained, and so does a short read, unless a hang-up or an error was seen: then there is an end to read up to,
    /// and no further edge will announce it.
    void after_read(ssize_t got, std::size_t asked) noexcept;
    /// The same for write(2): EAGAIN or a short write means full.
    void after_write(ssize_t put, std::size_t asked) noexcept;

    /// Queues `waiter` when there is something to read, an end or an error included; at once if that is known already.
    /// One waiter a direction: a second gets RuntimeError. A waiter that is destroyed is forgotten.
    void wait_readable(Entry& waiter) { wait(reader_, readable_, waiter); }
    void wait_writable(Entry& waiter) { wait(writer_, writable_, waiter); }
    bool has_reader() const noexcept { return !reader_.empty(); }
    /// Queues who waits, edge or not; false if nobody does.
    bool wake_reader() noexcept;
    bool wake_writer() noexcept;
    /// Whether somebody waits here, so that this descriptor could wake the loop.
    bool awaited() const noexcept { return !reader_.empty() || !writer_.empty(); }

    /// Queues the waiters, who will find fd() == -1, and closes the descriptor. May be called again.
    void close() noexcept;
  protected:
    /// What an edge does once it is noted. A stream reads before it wakes its reader.
    virtual void on_readable() noexcept { wake_reader(); }
  private:
    void on_events(std::uint32_t events) noexcept override;
    void wait(EntryList& waiters, bool ready, Entry& waiter);

    EventLoop& loop_;
    int fd_;
    bool readable_ = false;
    bool writable_ = false;
    bool ended_ = false;         // a hang-up or an error was seen
    EntryList reader_, writer_;  // one each at most
};
}  // namespace aio
