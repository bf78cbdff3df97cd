// One fault of the kernel at a time: what it does to streams, servers and connections.
#include <netdb.h>

#include <cerrno>

#include "runtime/aio.hpp"
#include "tests/faults/faults.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/open_descriptors.hpp"
#include "tests/support/streams.hpp"

namespace {

using aio::Coroutine;
using aio::StreamReader;
using aio::StreamWriter;
using aio::test::ending_of;
using aio::test::open_descriptors;
using aio::test::run_virtually;
using aio::test::settle;
using faults::Kind;
using namespace std::chrono_literals;

Coroutine<void> echo(StreamReader reader, StreamWriter writer) {
    while (true) {
        const std::string data = co_await reader.read(1 << 16);
        if (data.empty()) break;
        const std::string_view whole = data;
        writer.writelines({whole.substr(0, 2), whole.substr(std::min<std::size_t>(2, whole.size()))});
        co_await writer.drain();
    }
}

/// How a client fares that sends a word to an echo server and wants it back.
Coroutine<std::string> echoed() {
    try {
        auto server = co_await aio::start_server(echo, "127.0.0.1", 0);
        auto [reader, writer] = co_await aio::open_connection("127.0.0.1", server.sockets().front().port());
        writer.write("hello");
        co_await writer.drain();
        co_return co_await reader.readexactly(5);
    } catch (...) { co_return aio::describe(std::current_exception()); }
}

/// Runs the echo with one fault, and once more without, in the same loop: that is alive, and no descriptor is lost.
std::string echoed_with(const std::string& call, Kind kind, int error = 0, int skip = 0) {
    const auto before = open_descriptors();
    std::string ending;
    const auto program = [&]() -> Coroutine<> {
        const auto in_loop = open_descriptors();
        const aio::test::Reports reports;
        {
            const faults::Plan plan(call, kind, error, skip);
            ending = co_await echoed();
        }
        co_await aio::sleep(2s);
        EXPECT_EQ(co_await echoed(), "hello");
        co_await aio::sleep(2s);
        EXPECT_EQ(open_descriptors(), in_loop + 2) << "beside the two servers, which serve on";
        ending += reports.text();
    };
    run_virtually(program());
    EXPECT_EQ(open_descriptors(), before);
    return ending;
}

/// What the client got, without what the server's handler reports: the reset reaches it too, or not.
std::string of_client(const std::string& ending) { return ending.substr(0, ending.find("Task exception")); }

std::string without_port(std::string text) {
    for (auto at = text.find("127.0.0.1:"); at != text.npos; at = text.find("127.0.0.1:", at + 1)) {
        const auto from = at + 10, to = text.find_first_not_of("0123456789", from);
        text.replace(from, to - from, "PORT");
    }
    return text;
}

TEST(Faults, of_a_call_that_was_interrupted_is_not_seen) {
    for (const char* call : {"recv", "send", "sendmsg", "accept4", "connect"})
        EXPECT_EQ(echoed_with(call, Kind::error, EINTR), "hello") << call;
}

TEST(Faults, of_a_call_that_would_block_after_all_is_waited_for) {
    for (const char* call : {"recv", "send", "sendmsg", "accept4"})
        EXPECT_EQ(echoed_with(call, Kind::error, EAGAIN), "hello") << call;
}

TEST(Faults, of_a_short_read_or_write_loses_nothing) {
    for (const char* call : {"recv", "send", "sendmsg"}) EXPECT_EQ(echoed_with(call, Kind::shorter), "hello") << call;
}

/// Whatever the error of the write was, as in asyncio.
const std::string what_the_first_drain_says =
    "aio::ConnectionResetError: write to 127.0.0.1:PORT, Connection lost: Connection reset by peer";

TEST(Faults, of_a_reset_names_the_operation_and_the_peer) {
    EXPECT_EQ(without_port(echoed_with("send", Kind::error, ECONNRESET)), what_the_first_drain_says);
    EXPECT_EQ(of_client(without_port(echoed_with("recv", Kind::error, ECONNRESET, 1))),
              "aio::ConnectionResetError: read from 127.0.0.1:PORT: Connection reset by peer");
}

TEST(Faults, of_a_peer_that_is_gone_names_the_operation_and_the_peer) {
    EXPECT_EQ(without_port(echoed_with("send", Kind::error, EPIPE)), what_the_first_drain_says);
    EXPECT_EQ(of_client(without_port(echoed_with("recv", Kind::error, ETIMEDOUT, 1))),
              "aio::TimeoutError: read from 127.0.0.1:PORT: Connection timed out");
}

TEST(Faults, of_the_handler_of_a_server_is_reported_and_closes_its_connection) {
    EXPECT_EQ(without_port(echoed_with("sendmsg", Kind::error, EPIPE)),
              "aio::IncompleteReadError: 0 bytes read on a total of 5 expected bytesTask exception was never retrieved "
              "(Task-2): " +
                  what_the_first_drain_says);
}

TEST(Faults, of_a_connect_is_a_typed_error) {
    EXPECT_EQ(without_port(echoed_with("connect", Kind::error, ECONNREFUSED)),
              "aio::ConnectionRefusedError: connect to 127.0.0.1:PORT: Connection refused");
    EXPECT_EQ(without_port(echoed_with("connect", Kind::error, ETIMEDOUT)),
              "aio::TimeoutError: connect to 127.0.0.1:PORT: Connection timed out");
    EXPECT_EQ(without_port(echoed_with("connect", Kind::error, ENETUNREACH)),
              "std::system_error: connect to 127.0.0.1:PORT: Network is unreachable");
}

TEST(Faults, of_a_server_without_descriptors_is_reported_and_waited_out) {
    for (const auto& [error, text] :
         {std::pair(EMFILE, "Too many open files"), {ENFILE, "Too many open files in system"}})
        EXPECT_EQ(
            without_port(echoed_with("accept4", Kind::error, error)),
            std::string("hellosocket.accept() out of system resource: std::system_error: accept at 127.0.0.1:PORT: ") +
                text);
}

TEST(Faults, of_a_connection_that_is_gone_before_it_is_accepted_concerns_no_other) {
    for (const int error : {ECONNABORTED, EPROTO, ENETDOWN})
        EXPECT_EQ(echoed_with("accept4", Kind::error, error), "hello") << error;
}

// ---- what a connection costs

/// A TCP connection to a server whose handler hands over its reader; the test writes to it.
struct Accepted {
    std::optional<StreamReader> reader;
    int peer = -1;
    Coroutine<void> make() {
        const auto keep = [this](StreamReader r, StreamWriter) { reader = r; };
        auto server = co_await aio::start_server(keep, "127.0.0.1", 0);
        const auto address = server.sockets().front();
        peer = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::connect(peer, address.data(), address.size()), 0);
        co_await settle();
        server.close();
    }
};

TEST_ON_LOOP(Reads, of_five_bytes_and_the_end_under_one_edge_are_two) {
    Accepted connection;
    co_await connection.make();
    faults::count("recv");
    const auto all = aio::create_task(connection.reader->read(100));
    co_await aio::test::turns(1);
    EXPECT_EQ(faults::count("recv"), 0) << "what is not readable is not tried";
    EXPECT_EQ(::send(connection.peer, "12345", 5, 0), 5);
    EXPECT_EQ(::shutdown(connection.peer, SHUT_WR), 0);
    EXPECT_EQ(aio::get_running_loop().selector().poll(), 1u) << "one edge";
    EXPECT_EQ(co_await all, "12345");
    EXPECT_EQ(co_await connection.reader->read(100), "");
    EXPECT_EQ(aio::get_running_loop().selector().poll(), 0u) << "and no other";
    EXPECT_EQ(faults::count("recv"), 2);
    ::close(connection.peer);
}

TEST_ON_LOOP(Reads, of_a_message_that_is_shorter_than_what_was_asked_for_need_no_eagain) {
    Accepted connection;
    co_await connection.make();
    faults::count("recv");
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(::send(connection.peer, "message", 7, 0), 7);
        EXPECT_EQ(co_await connection.reader->readexactly(7), "message");
    }
    EXPECT_EQ(faults::count("recv"), 10);
    ::close(connection.peer);
}

TEST_ON_LOOP(Writes, of_many_pieces_are_one_call) {
    aio::test::StreamAndPeer s;
    faults::count("send"), faults::count("sendmsg");
    const std::vector<std::string> pieces(1000, "0123456789");
    s.writer.writelines(pieces);
    EXPECT_EQ(faults::count("sendmsg"), 1);
    EXPECT_EQ(faults::count("send"), 0);
    EXPECT_EQ(aio::test::take(s.peer, 20'000).size(), 10'000u);
    co_return;
}

// ---- names and several addresses

Coroutine<void> nothing(StreamReader, StreamWriter) { co_return; }

TEST_ON_LOOP(Names, that_can_not_be_looked_up_now_are_a_typed_error) {
    const faults::Plan plan("getaddrinfo", Kind::error, EAI_AGAIN);
    EXPECT_EQ(co_await ending_of(aio::open_connection("127.0.0.1+127.0.0.2", 80)),
              "aio::gaierror: getaddrinfo of 127.0.0.1+127.0.0.2: Temporary failure in name resolution");
}

TEST_ON_LOOP(Names, of_which_this_machine_has_only_some_addresses_are_listened_at_there) {
    auto server = co_await aio::start_server(nothing, "2001:db8::1+127.0.0.2+198.51.100.1+127.0.0.1", 0);
    const auto sockets = server.sockets();
    EXPECT_EQ(sockets.size(), 2u);
    EXPECT_EQ(sockets.front().host() + " " + sockets.back().host(), "127.0.0.2 127.0.0.1");
    const auto nowhere = []() -> Coroutine<> {
        auto s = co_await aio::start_server(nothing, "198.51.100.1+203.0.113.1", 0);
    };
    const auto before = open_descriptors();
    EXPECT_EQ(co_await ending_of(nowhere()),
              "std::system_error: error while attempting to bind on address 203.0.113.1:0: Cannot assign requested "
              "address");
    EXPECT_EQ(open_descriptors(), before);
}

TEST_ON_LOOP(Names, that_have_an_address_twice_have_it_once) {
    const std::string host = "127.0.0.2+127.0.0.1+127.0.0.2+127.0.0.1";
    std::uint16_t port = 0;
    {
        const aio::test::UnservedPort free;
        port = free.number();
        EXPECT_EQ(co_await ending_of(aio::open_connection("127.0.0.1+127.0.0.1", port)),
                  "aio::ConnectionRefusedError: connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
    }
    auto server = co_await aio::start_server(nothing, host, port);
    const auto sockets = server.sockets();
    EXPECT_EQ(sockets.size(), 2u);
    EXPECT_EQ(sockets.front().host() + " " + sockets.back().host(), "127.0.0.2 127.0.0.1");
    const auto found = co_await aio::getaddrinfo(host, port);
    EXPECT_EQ(found, sockets);
}

TEST_ON_LOOP(Names, whose_first_address_never_answers_are_reached_at_the_second_after_the_delay) {
    const auto before = open_descriptors();
    {
        const aio::test::DeafPort deaf;
        auto server = co_await aio::start_server(nothing, "127.0.0.2", deaf.number());
        const aio::ConnectionOptions side_by_side{.happy_eyeballs_delay = 250ms};
        const long began = aio::test::now();
        auto [reader, writer] = co_await aio::open_connection("127.0.0.1+127.0.0.2", deaf.number(), side_by_side);
        EXPECT_EQ(aio::test::now() - began, 250);
        EXPECT_EQ(writer.get_extra_info("peername")->host(), "127.0.0.2");
        EXPECT_EQ(co_await ending_of(aio::wait_for(aio::open_connection("127.0.0.1+127.0.0.2", deaf.number()), 5s)),
                  "aio::TimeoutError: timed out")
            << "one after the other: the first never answers";
        const aio::ConnectionOptions in_turn{.happy_eyeballs_delay = std::chrono::hours::max()};
        EXPECT_EQ(
            co_await ending_of(aio::wait_for(aio::open_connection("127.0.0.1+127.0.0.2", deaf.number(), in_turn), 5s)),
            "aio::TimeoutError: timed out")
            << "with all the time in the world likewise";
        server.close();
        co_await settle();
    }
    co_await settle();
    EXPECT_EQ(open_descriptors(), before);
}

TEST_ON_LOOP(Names, whose_first_address_refuses_are_reached_at_the_second_at_once) {
    auto server = co_await aio::start_server(nothing, "127.0.0.2", 0);
    const std::uint16_t port = server.sockets().front().port();
    const long began = aio::test::now();
    const aio::ConnectionOptions side_by_side{.happy_eyeballs_delay = 250ms};
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1+127.0.0.2", port, side_by_side);
    EXPECT_EQ(writer.get_extra_info("peername")->host(), "127.0.0.2");
    EXPECT_EQ(aio::test::now() - began, 0);
}

TEST_ON_LOOP(Names, with_addresses_of_both_families_have_them_tried_in_turn) {
    const aio::test::UnservedPort port;
    const std::string number = std::to_string(port.number());
    const aio::ConnectionOptions side_by_side{.happy_eyeballs_delay = 250ms};
    std::string ending =
        co_await ending_of(aio::open_connection("127.0.0.1+127.0.0.2+::1", port.number(), side_by_side));
    std::size_t from = 0;
    for (const std::string address : {"127.0.0.1:", "[::1]:", "127.0.0.2:"}) {
        from = ending.find("connect to " + address + number, from);
        EXPECT_NE(from, ending.npos) << address << " in: " << ending;
    }
}

}  // namespace
