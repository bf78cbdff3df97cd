// The address of the other end, as each stream keeps it: the kernel forgets it with the connection.
#pragma once
#include <netinet/in.h>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include "runtime/io/socket_address.hpp"

namespace aio::detail {
/// A SocketAddress in one word; one that is not of IPv4 takes a piece of the heap as well.
class PeerAddress {
  public:
    explicit PeerAddress(const SocketAddress& address) {
        if (address.family() == AF_INET)
            std::memcpy(&word_, address.data(), sizeof word_);
        else if (address.size() > sizeof(sa_family_t))  // no unix socket without a name
            word_ = reinterpret_cast<std::uintptr_t>(
                new std::string(reinterpret_cast<const char*>(address.data()), address.size()));
    }
    PeerAddress(PeerAddress&&) = delete;
    ~PeerAddress() {
        if (!is_internet4()) delete other();
    }

    SocketAddress get() const noexcept {
        if (!is_internet4())
            return word_ ? SocketAddress(other()->data(), static_cast<socklen_t>(other()->size())) : SocketAddress();
        sockaddr_in internet4{};
        std::memcpy(&internet4, &word_, sizeof word_);
        return {&internet4, sizeof internet4};
    }
  private:
    /// What is in a sockaddr_in besides zeros.
    struct Internet4 {
        sa_family_t family;
        in_port_t port;
        in_addr address;
    };
    bool is_internet4() const noexcept { return std::bit_cast<Internet4>(word_).family == AF_INET; }
    const std::string* other() const noexcept { return reinterpret_cast<const std::string*>(word_); }

    std::uint64_t word_ = 0;  // an Internet4, or a std::string*, whose lowest bits are not those of AF_INET
};
}  // namespace aio::detail
