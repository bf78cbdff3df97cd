// What a read gives, what a write does, and how a connection ends.
#include <fmt/format.h>
#include <chrono>
#include <string>
#include "runtime/aio.hpp"

using namespace std::chrono_literals;

std::string visible(std::string text) {
    for (std::size_t at; (at = text.find('\n')) != text.npos;) text.replace(at, 1, "\\n");
    return "\"" + text + "\"";
}

// [pieces]
/// Sends two lines in three pieces, and a word without an end of line.
aio::Coroutine<void> in_pieces(aio::StreamReader, aio::StreamWriter writer) {
    for (const char* piece : {"one li", "ne\nanother", " line\nrest"}) {
        writer.write(piece);
        co_await aio::sleep(1s);
    }
    writer.close();
}

aio::Coroutine<void> reads(std::uint16_t port) {
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", port);
    while (true) {
        const std::string some = co_await reader.read(100);
        fmt::print("read(100)     {}\n", visible(some));
        if (some.empty()) break;
    }
}

aio::Coroutine<void> reads_lines(std::uint16_t port) {
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", port);
    while (const auto line = co_await reader.next()) fmt::print("next line     {}\n", visible(*line));
}
// [/pieces]

// [pushes-back]
/// Reads nothing for a minute, and then all.
aio::Coroutine<void> slow(aio::StreamReader reader, aio::StreamWriter) {
    co_await aio::sleep(60s);
    const std::string all = co_await reader.read();
    fmt::print("the slow one  has got {} bytes\n", all.size());
}

aio::Coroutine<void> writes_much(std::uint16_t port) {
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", port);
    const auto seconds = [] { return aio::get_running_loop().time().time_since_epoch() / 1s; };
    const auto began = seconds();
    writer.write(std::string(16 << 20, 'x'));
    fmt::print("write()       has returned after {} s\n", seconds() - began);
    co_await writer.drain();
    fmt::print("drain()       has returned after {} s\n", seconds() - began);
    writer.write_eof();
    co_await reader.read();
}
// [/pushes-back]

// [half-close]
/// Answers when all of the question is there: only the end says so.
aio::Coroutine<void> count_bytes(aio::StreamReader reader, aio::StreamWriter writer) {
    const std::string question = co_await reader.read();
    writer.write(fmt::format("{} bytes", question.size()));
    writer.close();
}

aio::Coroutine<void> asks(std::uint16_t port) {
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", port);
    writer.write("how long is this?");
    writer.write_eof();
    fmt::print("the answer    {}\n", visible(co_await reader.read()));
}
// [/half-close]

// [too-early]
aio::Coroutine<void> wants_more_than_comes(std::uint16_t port) {
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", port);
    try {
        co_await reader.readexactly(100);
    } catch (const aio::IncompleteReadError& error) {
        fmt::print("readexactly   {}; there was {}\n", error.what(), visible(error.partial));
    }
}
// [/too-early]

// [gone]
/// Says goodbye to whoever comes.
void refuse(aio::StreamReader, aio::StreamWriter writer) { writer.close(); }

aio::Coroutine<void> writes_to_nobody(std::uint16_t port) {
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", port);
    for (int i = 1; true; ++i) {
        co_await aio::sleep(1s);
        writer.write("is anybody there?");
        try {
            co_await writer.drain();
            fmt::print("drain() {}     no error\n", i);
        } catch (const aio::ConnectionError&) {
            fmt::print("drain() {}     a ConnectionError\n", i);
            break;
        }
    }
}
// [/gone]

aio::Coroutine<void> program() {
    auto pieces = co_await aio::start_server(in_pieces, "127.0.0.1", 0);
    co_await reads(pieces.sockets().front().port());
    co_await reads_lines(pieces.sockets().front().port());
    co_await wants_more_than_comes(pieces.sockets().front().port());
    auto reader = co_await aio::start_server(slow, "127.0.0.1", 0);
    co_await writes_much(reader.sockets().front().port());
    auto counter = co_await aio::start_server(count_bytes, "127.0.0.1", 0);
    co_await asks(counter.sockets().front().port());
    auto refuser = co_await aio::start_server(refuse, "127.0.0.1", 0);
    co_await writes_to_nobody(refuser.sockets().front().port());
}

int main() { aio::run(program()); }
