// One fault of the kernel at a time: what it does to streams, servers and connections.
#include <cerrno>

#include "runtime/aio.hpp"
#include "tests/socket_faults/faults.hpp"
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
        faults::reset();
        faults::plan(call, kind, error, skip);
        ending = co_await echoed();
        EXPECT_EQ(faults::fired(), 1) << "the fault has not fired";
        faults::reset();
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
    for (const char* call : {"read", "send", "sendmsg", "accept4", "connect"})
        EXPECT_EQ(echoed_with(call, Kind::error, EINTR), "hello") << call;
}

TEST(Faults, of_a_call_that_would_block_after_all_is_waited_for) {
    for (const char* call : {"read", "send", "sendmsg", "accept4"})
        EXPECT_EQ(echoed_with(call, Kind::error, EAGAIN), "hello") << call;
}

TEST(Faults, of_a_short_read_or_write_loses_nothing) {
    for (const char* call : {"read", "send", "sendmsg"}) EXPECT_EQ(echoed_with(call, Kind::shorter), "hello") << call;
}

TEST(Faults, of_a_reset_names_the_operation_and_the_peer) {
    EXPECT_EQ(without_port(echoed_with("send", Kind::error, ECONNRESET)),
              "aio::ConnectionResetError: write to 127.0.0.1:PORT: Connection reset by peer");
    EXPECT_EQ(of_client(without_port(echoed_with("read", Kind::error, ECONNRESET, 1))),
              "aio::ConnectionResetError: read from 127.0.0.1:PORT: Connection reset by peer");
}

TEST(Faults, of_a_peer_that_is_gone_names_the_operation_and_the_peer) {
    EXPECT_EQ(without_port(echoed_with("send", Kind::error, EPIPE)),
              "aio::BrokenPipeError: write to 127.0.0.1:PORT: Broken pipe");
    EXPECT_EQ(of_client(without_port(echoed_with("read", Kind::error, ETIMEDOUT, 1))),
              "aio::TimeoutError: read from 127.0.0.1:PORT: Connection timed out");
}

TEST(Faults, of_the_handler_of_a_server_is_reported_and_closes_its_connection) {
    EXPECT_EQ(without_port(echoed_with("sendmsg", Kind::error, EPIPE)),
              "aio::IncompleteReadError: 0 bytes read on a total of 5 expected bytesTask exception was never retrieved "
              "(Task-2): aio::BrokenPipeError: write to 127.0.0.1:PORT: Broken pipe");
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

}  // namespace
