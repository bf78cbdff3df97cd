#include "runtime/io/socket_address.hpp"

#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>

#include <cstring>
#include <limits>
#include <map>

#include "runtime/io/getaddrinfo.hpp"
#include "runtime/io/os_errors.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/pipe.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using aio::SocketAddress;
using aio::test::run_virtually;

TEST(SocketAddress, is_written_as_programs_write_it) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(80);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const SocketAddress four(&v4, sizeof v4);
    EXPECT_EQ(four.text(), "127.0.0.1:80");
    EXPECT_EQ(four.host(), "127.0.0.1");
    EXPECT_EQ(four.port(), 80);

    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(8080);
    v6.sin6_addr = in6addr_loopback;
    const SocketAddress six(&v6, sizeof v6);
    EXPECT_EQ(six.text(), "[::1]:8080");
    EXPECT_EQ(six.host(), "::1");
    EXPECT_FALSE(four == six);

    const SocketAddress path = SocketAddress::of_path("/tmp/a");
    EXPECT_EQ(path.text(), "/tmp/a");
    EXPECT_EQ(path.port(), 0);
}

TEST(Port, is_made_of_any_integer_that_fits) {
    const auto number = [](aio::Port port) -> int { return port; };
    EXPECT_EQ(number(0), 0);
    EXPECT_EQ(number(65535L), 65535);
    EXPECT_EQ(number(std::uint16_t{80}), 80);
    EXPECT_EQ(number(std::int8_t{127}), 127);
    static_assert(aio::Port(65535ULL) == 65535);
    static_assert(!std::is_convertible_v<double, aio::Port>);
}

TEST(Port, that_does_not_fit_is_refused_and_does_not_wrap) {
    const auto refused = [](auto number) {
        EXPECT_EQ(aio::test::thrown_by([&] { static_cast<void>(aio::Port(number)); }),
                  "aio::ValueError: port must be 0-65535, not " + std::to_string(number));
    };
    refused(-1);
    refused(65536);
    refused(65536 + 80);
    refused(-65536 + 80);
    refused(std::int8_t{-1});
    refused(std::int16_t{-1});
    refused(std::numeric_limits<long long>::min() + 80);
    refused(std::numeric_limits<unsigned long long>::max());
}

TEST(SocketAddress, is_copied_whole) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_flowinfo = 5;
    v6.sin6_scope_id = 3;
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(65535);
    v4.sin_addr.s_addr = 0xfe'02'01'ff;
    const SocketAddress four(&v4, sizeof v4), six(&v6, sizeof v6), path = SocketAddress::of_path("/run/some/where");
    SocketAddress copy;
    for (const SocketAddress& address : {four, six, SocketAddress(), path, four}) {
        copy = address;
        EXPECT_EQ(copy, address);
        EXPECT_EQ(copy.text(), address.text());
    }
    EXPECT_EQ(four.size(), sizeof v4);
    EXPECT_EQ(std::memcmp(four.data(), &v4, sizeof v4), 0);
    EXPECT_EQ(six.size(), sizeof v6);
    EXPECT_EQ(std::memcmp(six.data(), &v6, sizeof v6), 0);
}

TEST(SocketAddress, of_a_socket_without_a_name_says_so) {
    const auto ends = aio::test::make_sockets();
    EXPECT_EQ(SocketAddress::connected_to(ends[0]).text(), "a unix socket without a name");
    EXPECT_EQ(SocketAddress::connected_to(-1).family(), AF_UNSPEC);
}

TEST(SocketAddress, of_an_abstract_name_keeps_all_its_bytes_and_shows_them) {
    const std::string name("\0a\0b\0", 5);
    const SocketAddress address = SocketAddress::of_path(name);
    EXPECT_EQ(address.host(), name);
    EXPECT_EQ(address.text(), "@a@b@");
    EXPECT_EQ(SocketAddress::of_path(address.host()), address);
    EXPECT_FALSE(SocketAddress::of_path(std::string("\0a\0b", 4)) == address);
}

TEST(SocketAddress, of_a_path_is_the_same_as_the_kernel_gives_it) {
    const aio::test::TemporaryFolder folder;
    std::string longest = folder / "";
    longest.resize(108, 'x');
    for (const std::string& path : {(folder / "socket").string(), longest, std::string(1, '\0') + longest.substr(1)}) {
        const SocketAddress address = SocketAddress::of_path(path);
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::bind(fd, address.data(), address.size()), 0) << path;
        EXPECT_EQ(SocketAddress::bound_to(fd).host(), path);
        EXPECT_EQ(SocketAddress::bound_to(fd), address);
        ::close(fd);
    }
}

TEST(SocketAddress, refuses_a_path_that_is_none) {
    const auto refused = [](std::string path) { return aio::test::thrown_by([&] { SocketAddress::of_path(path); }); };
    const std::string nul(1, '\0'), rest(108, 'x');
    EXPECT_EQ(refused(rest + "x"), "std::system_error: unix socket x" + rest + ": File name too long");
    EXPECT_EQ(refused(nul + rest), "std::system_error: unix socket @" + rest + ": File name too long");
    EXPECT_EQ(refused("a" + nul), "aio::ValueError: embedded null byte");
    EXPECT_EQ(refused(""), "aio::ValueError: the path of a unix socket is empty");
}

TEST_ON_LOOP(SocketAddress, of_an_interface_names_it_and_can_be_connected_to) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(80);
    v6.sin6_addr.s6_addr[0] = 0xfe, v6.sin6_addr.s6_addr[1] = 0x80, v6.sin6_addr.s6_addr[15] = 1;
    const auto lo = if_nametoindex("lo");
    const std::map<unsigned, std::string> hosts{{0, "fe80::1"}, {lo, "fe80::1%lo"}, {987'654, "fe80::1%987654"}};
    for (const auto& [scope, host] : hosts) {
        v6.sin6_scope_id = scope;
        const SocketAddress address(&v6, sizeof v6);
        EXPECT_EQ(address.host(), host);
        EXPECT_EQ(address.text(), "[" + host + "]:80");
        const auto found = co_await aio::getaddrinfo(address.host(), address.port());
        EXPECT_EQ(found, std::vector(1, address));
    }
}

}  // namespace
