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

/// asyncio's transport and protocol in one. It reads what comes, whether somebody waits or not, until more than twice
/// the limit is kept: so an end or an error shows at once, and a program that does not read still holds up the other
/// end. While something is left to send it keeps itself alive: a program may write, close, and drop its handles.
class Stream final : public Descriptor, public RefCounted<Stream>, public Pooled {
  public:
    static constexpr std::size_t default_limit = 1 << 16;

    /// Takes over a non-blocking stream socket. `owner` may be null. Throws std::system_error.
    Stream(int fd, const SocketAddress& peer, std::size_t limit, Ref<StreamOwner> owner);
    /// While connect(2) is under way nothing is read: that would take away its error.
    void set_connecting(bool connecting) noexcept;
    ~Stream() { Descriptor::close(); }
    const SocketAddress& peer() const noexcept { return peer_; }
    /// Its own name, also after the end.
    SocketAddress name() const { return lost() && details_ ? details_->name : SocketAddress::bound_to(fd()); }

    // Reading.
    /// Reads once, for somebody who needs more than there is. False if nothing has come: then await Arrival.
    bool receive_more() noexcept { return eof_ || lost() || (reads() && receive()); }
    /// Takes out the first `most` bytes of what is there, and reads on if that makes room.
    std::string take(std::size_t most);
    /// What was taken out comes to the front again, for whoever reads next.
    void put_back(ByteQueue bytes) noexcept;
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
    bool awaited() const noexcept override {
        return reader || (details_ && (!writable() || !details_->waiters.empty()));
    }

    // The end.
    /// No more is read; what was written is still sent, then the socket is closed. Throws RuntimeError in a wrong
    /// thread.
    void close();
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
        SocketAddress name;  // once the socket is closed
    };
    Details& details();
    bool all_sent() const noexcept { return !details_ || details_->output.empty(); }
    bool reads() const noexcept { return readable() && !closing_ && !eof_ && !connecting_; }
    bool receive() noexcept;
    void read_ahead() noexcept;
    /// Who waits needs more than there is, however much that is.
    bool wants_more() const noexcept { return reads() && (reader || input.size() / 2 <= limit()); }
    void read_on_next_turn() noexcept;
    void hand_over() noexcept;
    std::size_t send(std::span<iovec> parts) noexcept;
    void send_kept() noexcept;
    void fail(const char* operation, int error) noexcept;
    void lose(std::exception_ptr error) noexcept;
    void wake_waiters() noexcept;
    void on_edge() noexcept override;
    void before_close() noexcept override;
    void on_close() noexcept override;

    bool eof_ : 1 = false;         // nothing more will come to be read
    bool peer_ended_ : 1 = false;  // for the other end has said so
    bool write_eof_ : 1 = false;   // we send no more
    bool connecting_ : 1 = false;
    bool closing_ : 1 = false;
    bool failing_ : 1 = false;  // it is lost, and will say so in the next turn
    bool paused_ : 1 = false;
    bool reads_on_ : 1 = false;  // in the next turn
    SocketAddress peer_;         // the kernel forgets it with the connection
    std::unique_ptr<Details> details_;
    Ref<StreamOwner> owner_;
  public:
    ByteQueue input;              ///< what has arrived and nobody has taken yet
    TaskState* reader = nullptr;  ///< the one task that waits for more, in an Arrival, if there is one
};
}  // namespace aio::detail
