// A connection: a socket with what it has received and what it could not send yet. Reader and writer are its two faces.
#pragma once
#include <netinet/in.h>
#include <sys/uio.h>
#include <exception>
#include <memory>
#include <span>
#include "runtime/io/byte_queue.hpp"
#include "runtime/io/readiness.hpp"
#include "runtime/io/socket_address.hpp"
#include "runtime/sync/waiter_queue.hpp"

namespace aio::detail {
class Stream;

/// Who must outlive a stream, because its code serves it: a server.
class StreamOwner : public RefCounted<StreamOwner> {
  public:
    virtual ~StreamOwner() = default;
    virtual void stream_is_lost() noexcept = 0;  ///< one of its streams is closed
};

/// What could not be sent at once. It is there only while there is something left to send, stands in the list of those
/// who wait for the socket, and keeps the stream alive: a program may write, close, and drop its handles.
struct Backlog final : Entry, Composite, Pooled {
    explicit Backlog(Stream& stream) noexcept;
    ~Backlog();
    void run() noexcept override;       ///< the socket takes more
    void dissolve() noexcept override;  ///< the loop has ended: what is left is lost
    Stream& stream;
    ByteQueue bytes;
};

/// asyncio's transport and protocol in one. It reads only when somebody waits for data: a program that does not read
/// makes the kernel's buffer fill up, and so holds up the other end.
class Stream final : public Descriptor, public RefCounted<Stream>, public Pooled {
  public:
    static constexpr std::size_t default_limit = 1 << 16;

    /// Takes over a non-blocking stream socket. `owner` may be null. Throws std::system_error.
    Stream(int fd, const SocketAddress& peer, std::size_t limit, Ref<StreamOwner> owner);
    ~Stream();

    // Reading.

    /// Whether a read need not wait: for data, the end, or an error.
    bool has_arrived() const noexcept { return !input.empty() || eof_ || error_; }
    /// The same, after an attempt to read where the socket may hold something.
    bool receive_if_readable() noexcept { return has_arrived() || (readable() && receive()); }
    /// Reads once, for somebody who needs more than there is. False if there is nothing: then wait until_readable().
    bool receive() noexcept;
    bool eof() const noexcept { return eof_; }
    std::size_t limit() const noexcept { return limit_; }
    ByteQueue input;

    // Writing.

    /// Sends what the socket takes, by one system call if it takes all; the rest follows by itself. Throws RuntimeError
    /// after write_eof(). An error of the socket is kept for drain() and reads; a lost connection swallows what is
    /// written, as asyncio's does.
    void write(std::span<iovec> parts);
    void write_eof();
    /// Sends the backlog, as far as the socket takes it. No `this` may be touched after it.
    void flush() noexcept;
    /// More than `high_water` bytes wait to be sent, and since then not less than a quarter of that.
    bool paused() const noexcept { return paused_; }
    void set_high_water(std::size_t bytes) noexcept;

    // The end.

    /// No more is read; what was written is still sent, then the socket is closed.
    void close() noexcept;
    bool closing() const noexcept { return closing_; }
    /// The socket is closed.
    bool lost() const noexcept { return fd() < 0; }
    /// The connection has broken: all who wait here get `error`.
    void fail(std::exception_ptr error) noexcept;
    const std::exception_ptr& error() const noexcept { return error_; }
    void throw_error() const {
        if (error_) std::rethrow_exception(error_);
    }
    WaiterQueue waiters;  ///< tasks that wait for less backlog, or for the end

    SocketAddress peer() const noexcept;
  private:
    void on_readable() noexcept override;
    std::size_t send(std::span<iovec> parts) noexcept;
    void fail_with_errno(const char* operation) noexcept;
    void lose() noexcept;

    bool eof_ = false;        // the other end will send no more
    bool write_eof_ = false;  // nor will we
    bool closing_ = false;
    bool paused_ = false;
    std::uint32_t limit_;
    std::uint32_t high_water_ = 1 << 16;
    sockaddr_in6 internet_peer_{};  // also of IPv4. Kept, for the kernel forgets it with the connection.
    std::unique_ptr<Backlog> backlog_;
    std::exception_ptr error_;
    Ref<StreamOwner> owner_;
};
}  // namespace aio::detail
