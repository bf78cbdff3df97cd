#include "runtime/io/socket_address.hpp"
#include <netdb.h>
#include <sys/un.h>
#include <algorithm>
#include <cstring>
#include "runtime/io/os_errors.hpp"

namespace aio {
namespace {
constexpr std::size_t path_begins = offsetof(sockaddr_un, sun_path);

/// What is shown of a path or an abstract name.
std::string printable(std::string path) {
    std::ranges::replace(path, '\0', '@');
    return path;
}
}  // namespace

SocketAddress::SocketAddress(const void* address, socklen_t size) {
    static_assert(sizeof *this == sizeof(sockaddr_in));
    sockaddr_in internet4{};
    std::memcpy(&internet4, address, std::min<std::size_t>(size, sizeof internet4));
    if (internet4.sin_family == AF_INET || size <= sizeof family_) {
        family_ = internet4.sin_family;
        port_ = internet4.sin_port;
        address_ = internet4.sin_addr;
    } else {
        std::string_view bytes(static_cast<const char*>(address), size);
        // The kernel puts a NUL behind a path. An abstract name begins with one, and may hold more.
        if (internet4.sin_family == AF_UNIX && bytes[path_begins] != '\0')
            bytes = bytes.substr(0, bytes.find('\0', path_begins));
        other_ = std::make_unique<const std::string>(bytes);
    }
}

SocketAddress SocketAddress::of_path(std::string_view path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (!path.starts_with('\0')) detail::require_no_nul(path);
    if (path.empty()) throw ValueError("the path of a unix socket is empty");
    if (path.size() > sizeof address.sun_path)
        detail::throw_os_error(ENAMETOOLONG, "unix socket " + printable(std::string(path)));
    path.copy(address.sun_path, path.size());
    return {&address, static_cast<socklen_t>(path_begins + path.size())};
}

namespace {
const sockaddr_in6& internet6(const SocketAddress& address) {
    return reinterpret_cast<const sockaddr_in6&>(*address.data());
}

SocketAddress ask(int (*system_call)(int, sockaddr*, socklen_t*), int fd) {
    sockaddr_storage storage;
    socklen_t size = sizeof storage;
    if (system_call(fd, reinterpret_cast<sockaddr*>(&storage), &size) < 0) return {};
    return {&storage, size};
}
}  // namespace

SocketAddress SocketAddress::bound_to(int fd) { return ask(getsockname, fd); }
SocketAddress SocketAddress::connected_to(int fd) { return ask(getpeername, fd); }

socklen_t SocketAddress::size() const noexcept {
    if (other_) return static_cast<socklen_t>(other_->size());
    return family_ == AF_INET ? sizeof(sockaddr_in) : sizeof family_;
}

std::string SocketAddress::host() const {
    if (family() == AF_UNIX) return std::string(reinterpret_cast<const char*>(data()), size()).substr(path_begins);
    char text[NI_MAXHOST] = "";
    getnameinfo(data(), size(), text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    return text;
}

std::uint16_t SocketAddress::port() const noexcept {
    if (family() == AF_INET) return ntohs(port_);
    return family() == AF_INET6 ? ntohs(internet6(*this).sin6_port) : 0;
}

std::string SocketAddress::text() const {
    if (family() == AF_INET) return host() + ":" + std::to_string(port());
    if (family() == AF_INET6) return "[" + host() + "]:" + std::to_string(port());
    const std::string path = printable(host());
    return path.empty() ? "a unix socket without a name" : path;
}

bool SocketAddress::operator==(const SocketAddress& other) const noexcept {
    return size() == other.size() && std::memcmp(data(), other.data(), size()) == 0;
}
}  // namespace aio
