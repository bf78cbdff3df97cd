// The address of the other end, as each stream keeps it: the kernel forgets it with the connection.
#pragma once
#include <netinet/in.h>
#include <bit>
#include <cstdint>
#include <cstring>
#include "runtime/io/socket_address.hpp"

namespace aio::detail {
/// An IPv4 or IPv6 address; nothing of other families. It takes one word, and for IPv6 a piece of the heap.
class PeerAddress {
  public:
    explicit PeerAddress(const SocketAddress& address) {
        if (address.family() == AF_INET) std::memcpy(&word_, address.data(), sizeof word_);
        if (address.family() != AF_INET6) return;
        auto* internet6 = new sockaddr_in6;
        std::memcpy(internet6, address.data(), sizeof *internet6);
        word_ = reinterpret_cast<std::uintptr_t>(internet6);
    }
    PeerAddress(PeerAddress&&) = delete;
    ~PeerAddress() {
        if (!is_internet4()) delete internet6();
    }

    SocketAddress get() const noexcept {
        sockaddr_in internet4{};
        std::memcpy(&internet4, &word_, sizeof word_);
        if (is_internet4()) return {&internet4, sizeof internet4};
        return word_ ? SocketAddress(internet6(), sizeof(sockaddr_in6)) : SocketAddress();
    }
  private:
    /// What is in a sockaddr_in besides zeros.
    struct Internet4 {
        sa_family_t family;
        in_port_t port;
        in_addr address;
    };
    bool is_internet4() const noexcept { return std::bit_cast<Internet4>(word_).family == AF_INET; }
    const sockaddr_in6* internet6() const noexcept { return reinterpret_cast<const sockaddr_in6*>(word_); }

    std::uint64_t word_ = 0;  // an Internet4, or a sockaddr_in6*, whose lowest bits are not those of AF_INET
};
}  // namespace aio::detail
