// Where a socket is bound or connected.
#pragma once
#include <netinet/in.h>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include "runtime/reactor/errors.hpp"

namespace aio {
/// The number of a port, made of any integer, for a conversion to 16 bits would wrap. Throws ValueError if it is not 0
/// to 65535.
class Port {
  public:
    template <std::integral I> constexpr Port(I number) : number_(static_cast<std::uint16_t>(number)) {
        if (!std::in_range<std::uint16_t>(number))
            throw ValueError("port must be 0-65535, not " + std::to_string(number));
    }
    constexpr operator std::uint16_t() const noexcept { return number_; }
  private:
    std::uint16_t number_;
};

/// An IPv4 or IPv6 address with its port, or the path of a unix socket. What Python's peername and sockname are.
class SocketAddress {
  public:
    /// Of nothing: a unix socket that was never bound.
    SocketAddress() = default;
    /// Copies a sockaddr of `size` bytes.
    SocketAddress(const void* address, socklen_t size);
    SocketAddress(const SocketAddress& other) : SocketAddress(other.data(), other.size()) {}
    SocketAddress(SocketAddress&&) = default;
    SocketAddress& operator=(const SocketAddress& other) { return *this = SocketAddress(other); }
    SocketAddress& operator=(SocketAddress&&) = default;
    /// A unix socket. A path that begins with '\0' is an abstract name. Throws OSError if it has more than 108 bytes,
    /// ValueError if there is a NUL in a path, and for an empty one.
    static SocketAddress of_path(std::string_view path);
    /// getsockname(2) and getpeername(2); of nothing where they fail.
    static SocketAddress bound_to(int fd);
    static SocketAddress connected_to(int fd);

    sa_family_t family() const noexcept { return data()->sa_family; }  ///< AF_INET, AF_INET6, AF_UNIX
    /// "127.0.0.1", "::1", "fe80::1%eth0", or the path, an abstract name with all its NULs: what can be connected to.
    std::string host() const;
    std::uint16_t port() const noexcept;  ///< 0 where there is none
    /// For people: "127.0.0.1:80", "[fe80::1%eth0]:80", or the path; a NUL is written '@', as ss(8) does.
    std::string text() const;

    bool operator==(const SocketAddress& other) const noexcept;

    // For system calls.
    const sockaddr* data() const noexcept {
        return static_cast<const sockaddr*>(other_ ? static_cast<const void*>(other_->data()) : this);
    }
    socklen_t size() const noexcept;
  private:
    // A sockaddr_in. Its last eight bytes mean nothing, so there an address of another family has its bytes: each
    // stream keeps one of these.
    sa_family_t family_ = AF_UNSPEC;
    in_port_t port_ = 0;
    in_addr address_{};
    std::unique_ptr<const std::string> other_;
};
}  // namespace aio
