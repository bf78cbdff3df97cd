#include "runtime/io/peer_address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

namespace {

using aio::SocketAddress;
using aio::detail::PeerAddress;

TEST(PeerAddress, keeps_all_of_an_ipv4_address) {
    sockaddr_in internet{};
    internet.sin_family = AF_INET;
    internet.sin_port = htons(65535);
    inet_pton(AF_INET, "255.1.2.254", &internet.sin_addr);
    const SocketAddress address(&internet, sizeof internet);
    EXPECT_EQ(PeerAddress(address).get(), address);
    EXPECT_EQ(PeerAddress(address).get().text(), "255.1.2.254:65535");
    EXPECT_EQ(sizeof(PeerAddress), sizeof(void*));
}

TEST(PeerAddress, keeps_all_of_an_ipv6_address) {
    sockaddr_in6 internet{};
    internet.sin6_family = AF_INET6;
    internet.sin6_port = htons(8080);
    internet.sin6_flowinfo = 5;
    internet.sin6_scope_id = 3;
    inet_pton(AF_INET6, "fe80::1", &internet.sin6_addr);
    const SocketAddress address(&internet, sizeof internet);
    EXPECT_EQ(PeerAddress(address).get(), address);
    EXPECT_EQ(PeerAddress(address).get().text(), "[fe80::1]:8080");
}

TEST(PeerAddress, keeps_the_path_of_a_unix_socket) {
    const SocketAddress address = SocketAddress::of_path("/run/" + std::string(100, 'x'));
    EXPECT_EQ(PeerAddress(address).get(), address);
}

TEST(PeerAddress, is_nothing_where_the_other_end_has_no_name) {
    EXPECT_EQ(PeerAddress(SocketAddress()).get().family(), AF_UNSPEC);
    const sa_family_t family = AF_UNIX;
    EXPECT_EQ(PeerAddress(SocketAddress(&family, sizeof family)).get().family(), AF_UNSPEC);
}

}  // namespace
