// A connection: a socket with what it has received and what it could not send yet. Reader and writer are its two faces.
#pragma once
#include <sys/uio.h>
#include <span>
#include "runtime/io/byte_queue.hpp"
#include "runtime/io/socket_address.hpp"
#include "runtime/reactor/descriptor.hpp"
#include "runtime/sync/waiter_queue.hpp"

namespace aio::detail {
inline iovec part_of(std::string_view bytes) noexcept { return {const_cast<char*>(bytes.data()), bytes.size()}; }

/// Who must outlive a stream, because its code serves it: a server.
class StreamOwner : public RefCounted<StreamOwner> {
  public:
    virtual ~StreamOwner() = default;
    virtual void stream_is_lost() noexcept = 0;  ///< one of its streams is closed
};

/// asyncio's transport and protocol in one. It reads only when somebody waits for data: a program that does not read
/// makes the kernel's buffer fill up, and so holds up the other end. While something is left to send it keeps itself
/// alive: a program may write, close, and drop its handles.
class Stream final : public Descriptor, public RefCounted<Stream>, public Pooled {
  public:
    static constexpr std::size_t default_limit = 1 << 16;

    /// Takes over a non-blocking stream socket. `owner` may be null. Throws std::system_error.
    Stream(int fd, const SocketAddress& peer, std::size_t limit, Ref<StreamOwner> owner);
    ~Stream() { Descriptor::close(); }
    const SocketAddress& peer() const noexcept { return peer_; }

    // Reading.
    /// Reads once, for somebody who needs more than there is. False if nothing has come: then await Arrival.
    bool receive_more() noexcept { return eof_ || (readable() && receive()); }
    bool eof() const noexcept { return eof_; }
    std::size_t limit() const noexcept { return details_ ? details_->limit : default_limit; }
    /// Throws RuntimeError, which names `function`, where a task waits for more.
    void require_no_reader(const char* function) const;

    // Writing.
    /// Sends what the socket takes, by one system call if it takes all; the rest follows by itself. An error is kept
    /// for drain() and reads; a lost connection swallows what is written, as asyncio's does.
    void write(std::span<iovec> parts);
    void write_eof();
    /// More than the high-water mark waits to be sent, and since then not less than a quarter of that.
    bool paused() const noexcept { return paused_; }
    void set_high_water(std::size_t bytes);

    // Who waits. All are woken by the end.
    /// Queues the reader, if there is one, and forgets it.
    bool wake_reader() noexcept;
    /// See Departure.
    WaiterQueue& waiters() { return details().waiters; }
    bool awaited() const noexcept override { return reader || (details_ && !writable()); }

    // The end.
    /// No more is read; what was written is still sent, then the socket is closed.
    void close() noexcept;
    bool closing() const noexcept { return closing_; }
    bool lost() const noexcept { return fd() < 0; }  ///< the socket is closed
    /// What broke the connection; null if nothing did.
    std::exception_ptr error() const noexcept { return details_ ? details_->error : nullptr; }
    void throw_error() const {
        if (details_ && details_->error) std::rethrow_exception(details_->error);
    }
  private:
    /// What a stream that is silent, or swift, and has no limit of its own, does without.
    struct Details : Pooled {
        ByteQueue output;  // what could not be sent at once; while there is some, it owns a reference
        std::size_t high_water = 1 << 16;
        std::size_t limit = default_limit;
        WaiterQueue waiters;  // for less to send, or for the end
        std::exception_ptr error;
    };
    Details& details();
    bool all_sent() const noexcept { return !details_ || details_->output.empty(); }
    bool receive() noexcept;
    std::size_t send(std::span<iovec> parts) noexcept;
    void fail(const char* operation, int error) noexcept;
    void wake_waiters() noexcept;
    void on_readable() noexcept override;
    void on_writable() noexcept override;
    void on_close() noexcept override;

    bool eof_ = false;        // the other end will send no more
    bool write_eof_ = false;  // nor will we
    bool closing_ = false;
    bool paused_ = false;
    SocketAddress peer_;  // the kernel forgets it with the connection
    std::unique_ptr<Details> details_;
    Ref<StreamOwner> owner_;
  public:
    ByteQueue input;              ///< what has arrived and nobody has taken yet
    TaskState* reader = nullptr;  ///< the one task that waits for more, if there is one
};
}  // namespace aio::detail
