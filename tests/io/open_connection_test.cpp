#include "runtime/io/open_connection.hpp"

#include "runtime/io/getaddrinfo.hpp"
#include "runtime/io/server.hpp"
#include "runtime/tasks/wait.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/open_descriptors.hpp"
#include "tests/support/streams.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using aio::Coroutine;
using aio::test::ending_of;
using aio::test::open_descriptors;
using aio::test::run_virtually;
using aio::test::settle;
using namespace std::chrono_literals;

Coroutine<> nothing(aio::StreamReader, aio::StreamWriter) { co_return; }

TEST_ON_LOOP(OpenConnection, that_nobody_answers_is_refused) {
    const aio::test::UnservedPort port;
    const auto before = open_descriptors();
    EXPECT_EQ(
        co_await ending_of(aio::open_connection("127.0.0.1", port.number())),
        "aio::ConnectionRefusedError: connect to 127.0.0.1:" + std::to_string(port.number()) + ": Connection refused");
    EXPECT_EQ(open_descriptors(), before);
}

TEST_ON_LOOP(OpenConnection, that_is_never_answered_can_be_given_up) {
    const aio::test::DeafPort port;
    const auto before = open_descriptors();
    EXPECT_EQ(co_await ending_of(aio::wait_for(aio::open_connection("127.0.0.1", port.number()), 3s)),
              "aio::TimeoutError: timed out");
    EXPECT_EQ(aio::test::now(), 3000) << "it has been waited for";
    EXPECT_EQ(open_descriptors(), before);
}

TEST_ON_LOOP(OpenConnection, to_a_path_where_nobody_is_names_the_path) {
    EXPECT_EQ(co_await ending_of(aio::open_unix_connection("/nowhere/at/all")),
              "aio::FileNotFoundError: connect to /nowhere/at/all: No such file or directory");
}

TEST_ON_LOOP(OpenConnection, to_a_path_where_nobody_listens_any_more_is_refused) {
    const aio::test::TemporaryFolder folder;
    const std::string path = folder / "socket";
    auto server = co_await aio::start_unix_server(nothing, path);
    server.close();
    EXPECT_EQ(co_await ending_of(aio::open_unix_connection(path)),
              "aio::ConnectionRefusedError: connect to " + path + ": Connection refused");
}

TEST_ON_LOOP(OpenConnection, to_a_path_where_too_many_wait_is_an_error_and_does_not_wait) {
    const aio::test::TemporaryFolder folder;
    const std::string path = folder / "socket";
    const auto address = aio::SocketAddress::of_path(path);
    const int deaf = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::bind(deaf, address.data(), address.size()), 0);
    EXPECT_EQ(::listen(deaf, 0), 0);
    const auto before = open_descriptors();
    {
        auto one = co_await aio::open_unix_connection(path);
        EXPECT_EQ(co_await ending_of(aio::open_unix_connection(path)),
                  "std::system_error: connect to " + path + ": Resource temporarily unavailable");
    }
    EXPECT_EQ(open_descriptors(), before);
    ::close(deaf);
}

TEST_ON_LOOP(OpenConnection, takes_addresses_of_one_family_only) {
    auto server = co_await aio::start_server(nothing, "127.0.0.1", 0);
    const std::uint16_t port = server.sockets().front().port();
    const aio::ConnectionOptions ipv4{.family = AF_INET}, ipv6{.family = AF_INET6};
    auto [reader, writer] = co_await aio::open_connection("localhost", port, ipv4);
    EXPECT_EQ(writer.get_extra_info("peername")->host(), "127.0.0.1");
    const std::string ending = co_await ending_of(aio::open_connection("127.0.0.1", port, ipv6));
    EXPECT_TRUE(ending.starts_with("aio::gaierror: getaddrinfo of 127.0.0.1: ")) << ending;
}

TEST_ON_LOOP(OpenConnection, to_a_name_that_does_not_resolve_names_the_name) {
    EXPECT_TRUE((co_await ending_of(aio::open_connection("does-not-exist.invalid", 80)))
                    .starts_with("aio::gaierror: getaddrinfo of does-not-exist.invalid: "));
}

TEST_ON_LOOP(OpenConnection, to_a_name_with_a_nul_is_refused_and_does_not_cut_it) {
    const aio::test::TemporaryFolder folder;
    const std::string path = folder / "socket", nul(1, '\0'), refused = "aio::ValueError: embedded null byte";
    auto server = co_await aio::start_server(nothing, "127.0.0.1", 0);
    auto unix_server = co_await aio::start_unix_server(nothing, path);
    const std::uint16_t port = server.sockets().front().port();
    const std::vector<std::string> hosts{nul, "127.0.0.1" + nul, "127.0.0.1" + nul + ".evil.example",
                                         "localhost" + nul};
    for (const std::string& host : hosts) {
        EXPECT_EQ(co_await ending_of(aio::open_connection(host, port)), refused);
        EXPECT_EQ(co_await ending_of(aio::getaddrinfo(host, port)), refused);
    }
    EXPECT_EQ(co_await ending_of(aio::open_unix_connection(path + nul)), refused);
    EXPECT_EQ(co_await ending_of(aio::open_unix_connection(path + nul + ".txt")), refused);
}

TEST_ON_LOOP(OpenConnection, to_a_port_that_is_none_does_not_reach_another_one) {
    auto server = co_await aio::start_server(nothing, "127.0.0.1", 0);
    const int number = server.sockets().front().port();
    for (const int port : {number + 65536, number - 65536, -1}) {
        const auto connects = [&]() -> Coroutine<> { co_await aio::open_connection("127.0.0.1", port); };
        const auto listens = [&]() -> Coroutine<> { auto s = co_await aio::start_server(nothing, "127.0.0.1", port); };
        const auto looks_up = [&]() -> Coroutine<> { co_await aio::getaddrinfo("127.0.0.1", port); };
        const std::string refused = "aio::ValueError: port must be 0-65535, not " + std::to_string(port);
        EXPECT_EQ(co_await ending_of(connects()), refused);
        EXPECT_EQ(co_await ending_of(listens()), refused);
        EXPECT_EQ(co_await ending_of(looks_up()), refused);
    }
}

TEST_ON_LOOP(OpenConnection, that_is_cancelled_while_a_name_is_looked_up_leaves_the_thread_alone) {
    const auto before = open_descriptors();
    const auto task = aio::create_task(aio::open_connection("localhost", 80));
    co_await aio::test::turns(2);
    task.cancel();
    EXPECT_EQ(co_await ending_of(task), "aio::CancelledError");
    co_await settle();  // waits for the thread, which may have a file of names open
    EXPECT_EQ(open_descriptors(), before);
}

TEST_ON_LOOP(OpenConnection, refuses_a_limit_of_nothing) {
    const aio::ConnectionOptions nothing_at_all{.limit = 0};
    EXPECT_EQ(co_await ending_of(aio::open_connection("127.0.0.1", 80, nothing_at_all)),
              "aio::ValueError: Limit cannot be <= 0");
}

TEST_ON_LOOP(OpenConnection, tells_the_loop_of_a_peer_that_resets) {
    const int listener = aio::test::bound_socket();
    EXPECT_EQ(listen(listener, 1), 0);
    const auto where = aio::SocketAddress::bound_to(listener);
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", where.port());
    const auto read = aio::create_task(reader.read(10));
    co_await settle();
    aio::test::reset(accept(listener, nullptr, nullptr));
    const std::string error = "aio::ConnectionResetError: read from " + where.text() + ": Connection reset by peer";
    EXPECT_EQ(co_await ending_of(read), error);
    EXPECT_EQ(co_await ending_of(writer.drain()), error);
    ::close(listener);
}

TEST_ON_LOOP(OpenConnection, knows_both_its_ends_and_the_other_one_even_when_it_is_closed) {
    std::optional<aio::StreamWriter> accepted;
    const auto keep = [&](aio::StreamReader, aio::StreamWriter writer) { accepted.emplace(writer); };
    auto server = co_await aio::start_server(keep, "127.0.0.1", 0);
    const auto where = server.sockets().front();
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", where.port());
    co_await settle();
    EXPECT_EQ(writer.get_extra_info("peername")->text(), where.text());
    EXPECT_EQ(accepted->get_extra_info("sockname")->text(), where.text());
    const std::string client = writer.get_extra_info("sockname")->text();
    EXPECT_FALSE(writer.get_extra_info("colour"));
    accepted->close();
    co_await accepted->wait_closed();
    EXPECT_EQ(accepted->get_extra_info("peername")->text(), client);
}

// ---- several addresses

TEST_ON_LOOP(OpenConnection, tries_all_addresses_of_a_name) {
    // "localhost" is ::1 and 127.0.0.1 on most machines; the server listens at the last of them only.
    const auto addresses = co_await aio::getaddrinfo("localhost", 0);
    auto server = co_await aio::start_server(nothing, addresses.back().host(), 0);
    const std::uint16_t port = server.sockets().front().port();
    auto [reader, writer] = co_await aio::open_connection("localhost", port);
    EXPECT_EQ(writer.get_extra_info("peername")->port(), port);
    const aio::ConnectionOptions side_by_side{.happy_eyeballs_delay = 250ms};
    auto [reader2, writer2] = co_await aio::open_connection("localhost", port, side_by_side);
    EXPECT_EQ(writer2.get_extra_info("peername")->port(), port);
}

TEST_ON_LOOP(OpenConnection, to_a_name_of_which_no_address_answers_names_what_was_tried) {
    const aio::test::UnservedPort port;
    const auto addresses = co_await aio::getaddrinfo("localhost", port.number());
    const auto before = open_descriptors();
    for (const auto delay : std::vector<std::optional<aio::Duration>>{std::nullopt, 250ms}) {
        const aio::ConnectionOptions options{.happy_eyeballs_delay = delay};
        const std::string ending = co_await ending_of(aio::open_connection("localhost", port.number(), options));
        for (const auto& address : addresses) EXPECT_NE(ending.find(address.text()), std::string::npos) << ending;
        EXPECT_NE(ending.find("Connection refused"), std::string::npos) << ending;
    }
    co_await settle();
    EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
