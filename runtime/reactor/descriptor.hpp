// The two kinds of descriptors: those we own, and those a foreign library lends us.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>

#include "runtime/reactor/entry.hpp"
#include "runtime/reactor/ref.hpp"
#include "runtime/reactor/selector.hpp"

namespace aio {

class EventLoop;

/// A descriptor of our own: a socket, a pipe. It is registered once for its life, edge-triggered, for both
/// directions, so no operation costs an epoll_ctl. The price: an edge is told once, so it is remembered here
/// until a read or write has found the descriptor drained or full. The rule is to try first and to wait
/// only after EAGAIN; after_read() and after_write() keep the memory right.
class Descriptor : private Watch, public ListHook<Descriptor> {
  public:
    /// Takes over `fd`, which must be non-blocking and pollable (no regular file). Throws std::system_error;
    /// `fd` is closed then too.
    Descriptor(EventLoop& loop, int fd);
    ~Descriptor() { close(); }

    /// -1 once closed.
    int fd() const noexcept { return fd_; }

    bool readable() const noexcept { return readable_; }
    bool writable() const noexcept { return writable_; }

    /// To be told the outcome of every read: `got` as read(2) returned it, with errno still in place, of
    /// `asked` bytes. EAGAIN means drained, and so does a short read, unless a hang-up or an error was seen:
    /// then there is an end to read up to, and no further edge will come to announce it.
    void after_read(ssize_t got, std::size_t asked) noexcept;
    /// The same for write(2): EAGAIN or a short write means full.
    void after_write(ssize_t put, std::size_t asked) noexcept;

    /// Queues `waiter` when there is something to read, an end or an error included; at once if that is known
    /// already. One waiter a direction: a second gets RuntimeError. A waiter that is destroyed is forgotten.
    void wait_readable(Entry& waiter);
    void wait_writable(Entry& waiter);

    /// Queues the waiters, who will find fd() == -1, and closes the descriptor. May be called again.
    void close() noexcept;

    /// Whether somebody waits here, so that this descriptor could wake the loop.
    bool awaited() const noexcept { return !reader_.empty() || !writer_.empty(); }

  private:
    void on_events(std::uint32_t events) noexcept override;
    void wait(EntryList& waiters, bool ready, Entry& waiter);

    EventLoop& loop_;
    int fd_;
    bool readable_ = false;
    bool writable_ = false;
    bool ended_ = false;  // a hang-up or an error was seen
    EntryList reader_;    // one waiter at most
    EntryList writer_;
};

namespace detail {

/// The callback of one direction of a borrowed descriptor, run whenever the descriptor is ready.
class Reaction final : public RefCounted<Reaction>, public Entry {
  public:
    Reaction(EventLoop& loop, std::function<void()> function) : loop_(loop), function_(std::move(function)) {}
    void run() noexcept override;
    void cancel() noexcept;

  private:
    EventLoop& loop_;
    std::function<void()> function_;
};

/// A descriptor that somebody else owns and closes. Level-triggered, for we can't know whether the owner has
/// read all there was; watched for just the directions that have a callback.
class BorrowedDescriptor final : public Watch {
  public:
    BorrowedDescriptor(EventLoop& loop, int fd) : loop_(loop), fd_(fd) {}
    ~BorrowedDescriptor();

    /// An empty function takes the direction's callback away. Throw std::system_error.
    void set_reader(std::function<void()> function) { set(reader_, std::move(function)); }
    void set_writer(std::function<void()> function) { set(writer_, std::move(function)); }
    bool has_reader() const noexcept { return bool(reader_); }
    bool has_writer() const noexcept { return bool(writer_); }

  private:
    void set(Ref<Reaction>& reaction, std::function<void()> function);
    void on_events(std::uint32_t events) noexcept override;

    EventLoop& loop_;
    int fd_;
    Ref<Reaction> reader_;
    Ref<Reaction> writer_;
};

}  // namespace detail

}  // namespace aio
