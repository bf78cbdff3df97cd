// Streams for tests: over a pair of sockets whose other end is a bare descriptor, or over TCP to ourselves.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include "runtime/io/open_connection.hpp"
#include "runtime/tasks/sleep.hpp"
#include "tests/support/pipe.hpp"

namespace aio::test {

/// A stream over one end of a socket pair; the test reads and writes the other end.
struct StreamAndPeer {
    explicit StreamAndPeer(std::size_t limit = detail::Stream::default_limit) : StreamAndPeer(make_sockets(), limit) {}

    StreamReader reader;
    StreamWriter writer;
    int peer;
    void close_peer() {
        if (peer >= 0) ::close(std::exchange(peer, -1));
    }
    ~StreamAndPeer() { close_peer(); }
    StreamAndPeer(const StreamAndPeer&) = delete;
    StreamAndPeer& operator=(const StreamAndPeer&) = delete;
  private:
    StreamAndPeer(Ends ends, std::size_t limit)
        : StreamAndPeer(Ref(new detail::Stream(ends.release(0), {}, limit, nullptr)), ends.release(1)) {}
    StreamAndPeer(const Ref<detail::Stream>& stream, int other) : reader(stream), writer(stream), peer(other) {}
};

/// The handler of a server that sends back what it gets.
inline Coroutine<> echo(StreamReader reader, StreamWriter writer) {
    while (true) {
        const std::string data = co_await reader.read(1 << 16);
        if (data.empty()) break;
        writer.write(data);
        co_await writer.drain();
    }
    writer.close();
}

/// Waits until nothing more happens by itself. On the virtual clock only: it asks epoll before it jumps.
inline auto settle() { return sleep(std::chrono::milliseconds(1)); }

/// A TCP socket that is bound to a free port of the loopback.
inline int bound_socket() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    [[maybe_unused]] const int failed = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    return fd;
}

/// Does not listen: who connects is refused.
class UnservedPort {
  public:
    UnservedPort() : fd_(bound_socket()) {}
    ~UnservedPort() { ::close(fd_); }
    UnservedPort(const UnservedPort&) = delete;
    UnservedPort& operator=(const UnservedPort&) = delete;
    std::uint16_t number() const { return SocketAddress::bound_to(fd_).port(); }
  private:
    int fd_;
};

/// Listens, and accepts nobody: its queue is filled, so that the kernel answers no further connection.
class DeafPort {
  public:
    DeafPort() : fd_(bound_socket()) {
        [[maybe_unused]] int failed = listen(fd_, 0);
        const auto bound = SocketAddress::bound_to(fd_);
        for (int& client : clients_) {
            client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
            failed = ::connect(client, bound.data(), bound.size());
        }
    }
    ~DeafPort() {
        for (const int client : clients_) ::close(client);
        ::close(fd_);
    }
    DeafPort(const DeafPort&) = delete;
    DeafPort& operator=(const DeafPort&) = delete;
    std::uint16_t number() const { return SocketAddress::bound_to(fd_).port(); }
  private:
    int fd_;
    int clients_[4];
};

/// A stream over TCP; the test reads and writes the other end, a bare descriptor that blocks.
struct TcpAndPeer {
    StreamReader reader;
    StreamWriter writer;
    int peer;
    void close_peer() {
        if (peer >= 0) ::close(std::exchange(peer, -1));
    }
    ~TcpAndPeer() { close_peer(); }
    TcpAndPeer(Connection connection, int other) : reader(connection.first), writer(connection.second), peer(other) {}
    TcpAndPeer(TcpAndPeer&& other) : reader(other.reader), writer(other.writer), peer(std::exchange(other.peer, -1)) {}
};

inline Coroutine<TcpAndPeer> connect_tcp(ConnectionOptions options = {}) {
    const int listener = bound_socket();
    [[maybe_unused]] const int failed = listen(listener, 1);
    Connection connection = co_await open_connection("127.0.0.1", SocketAddress::bound_to(listener).port(), options);
    const int peer = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    ::close(listener);
    co_return TcpAndPeer(std::move(connection), peer);
}

/// Closes `fd` so that the other end sees a reset, not an end.
inline void reset(int fd) {
    const linger at_once{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(fd);
}

}  // namespace aio::test
