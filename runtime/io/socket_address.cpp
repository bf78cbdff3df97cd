#include "runtime/io/socket_address.hpp"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include "runtime/reactor/errors.hpp"

namespace aio {
SocketAddress::SocketAddress(const void* address, socklen_t size) noexcept : SocketAddress() {
    size_ = std::min(size, static_cast<socklen_t>(sizeof storage_));
    std::memcpy(&storage_, address, size_);
}

SocketAddress SocketAddress::of_path(std::string_view path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw ValueError("the path of a unix socket has at most 107 bytes: " + std::string(path));
    path.copy(address.sun_path, path.size());
    return {&address, static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size())};
}

namespace {
SocketAddress ask(int (*system_call)(int, sockaddr*, socklen_t*), int fd) noexcept {
    sockaddr_storage storage;
    socklen_t size = sizeof storage;
    return system_call(fd, reinterpret_cast<sockaddr*>(&storage), &size) < 0 ? SocketAddress()
                                                                             : SocketAddress(&storage, size);
}
}  // namespace

SocketAddress SocketAddress::bound_to(int fd) noexcept { return ask(getsockname, fd); }
SocketAddress SocketAddress::connected_to(int fd) noexcept { return ask(getpeername, fd); }

std::string SocketAddress::host() const {
    if (family() == AF_UNIX) {
        const std::string_view path(reinterpret_cast<const char*>(&storage_) + offsetof(sockaddr_un, sun_path),
                                    size_ - offsetof(sockaddr_un, sun_path));
        return std::string(path.substr(0, path.find('\0', 1)));
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (family() == AF_INET)
        inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(storage_).sin_addr, text.data(), text.size());
    if (family() == AF_INET6)
        inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(storage_).sin6_addr, text.data(), text.size());
    return text.data();
}

std::uint16_t SocketAddress::port() const noexcept {
    if (family() == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(storage_).sin_port);
    if (family() == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(storage_).sin6_port);
    return 0;
}

std::string SocketAddress::text() const {
    if (family() == AF_INET) return host() + ":" + std::to_string(port());
    if (family() == AF_INET6) return "[" + host() + "]:" + std::to_string(port());
    const std::string path = host();
    return path.empty() ? "a unix socket without a name" : path;
}

bool SocketAddress::operator==(const SocketAddress& other) const noexcept {
    return size_ == other.size_ && std::memcmp(&storage_, &other.storage_, size_) == 0;
}
}  // namespace aio
