// Where a socket is bound or connected.
#pragma once
#include <sys/socket.h>
#include <cstdint>
#include <string>
#include <string_view>

namespace aio {
/// An IPv4 or IPv6 address with its port, or the path of a unix socket. What Python's peername and sockname are.
class SocketAddress {
  public:
    /// Of nothing: a unix socket that was never bound.
    SocketAddress() noexcept { storage_.ss_family = AF_UNSPEC; }
    SocketAddress(const void* address, socklen_t size) noexcept;
    /// A unix socket. A path that begins with '\0' is an abstract name. Throws ValueError if it is too long (107
    /// bytes).
    static SocketAddress of_path(std::string_view path);
    /// getsockname(2) and getpeername(2); of nothing where they fail.
    static SocketAddress bound_to(int fd) noexcept;
    static SocketAddress connected_to(int fd) noexcept;

    sa_family_t family() const noexcept { return storage_.ss_family; }  ///< AF_INET, AF_INET6, AF_UNIX
    std::string host() const;                                           ///< "127.0.0.1", "::1", or the path
    std::uint16_t port() const noexcept;                                ///< 0 where there is none
    std::string text() const;                                           ///< "127.0.0.1:80", "[::1]:80", or the path

    // For system calls.

    const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t size() const noexcept { return size_; }
    bool operator==(const SocketAddress& other) const noexcept;
  private:
    sockaddr_storage storage_;
    socklen_t size_ = 0;
};
}  // namespace aio
