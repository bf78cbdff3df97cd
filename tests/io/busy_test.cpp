// Many connections, and many messages: nobody is forgotten, and nothing grows.
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "runtime/aio.hpp"
#include "tests/support/on_loop.hpp"
#include "tests/support/streams.hpp"

namespace {

using aio::Coroutine;
using aio::StreamReader;
using aio::StreamWriter;
using aio::test::echo;
using aio::test::run_virtually;

constexpr bool sanitized = !AIO_FRAME_POOL;

Coroutine<void> echo_lines(StreamReader reader, StreamWriter writer) {
    while (true) {
        const std::string line = co_await reader.readline();
        if (line.empty()) break;
        writer.write(line);
        co_await writer.drain();
    }
}

// ---- fairness

/// Always has messages under way, as many as `ahead`.
Coroutine<void> busy_client(std::uint16_t port, int ahead, long& answered, long& all) {
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", port);
    const std::string message(64, 'x');
    for (int i = 0; i < ahead; ++i) writer.write(message);
    while (true) {
        co_await reader.readexactly(message.size());
        ++answered, ++all;
        writer.write(message);
        co_await writer.drain();
    }
}

/// The numbers are the caller's: the clients run on until the loop ends, after this coroutine.
Coroutine<void> many_clients(std::vector<long>& answered, long& all) {
    const long messages = sanitized ? 10'000 : 100'000;
    const aio::ServerOptions options{.backlog = 1000};
    auto server = co_await aio::start_server(echo, "127.0.0.1", 0, options);
    const std::uint16_t port = server.sockets().front().port();
    // So many under way that each always has something to read: nobody would have to wait.
    for (long& mine : answered) aio::create_task(busy_client(port, 20, mine, all));
    while (all < messages) co_await aio::sleep(aio::Duration(0));
    const double mean = static_cast<double>(std::accumulate(answered.begin(), answered.end(), 0L)) /
                        static_cast<double>(answered.size());
    EXPECT_GE(static_cast<double>(*std::min_element(answered.begin(), answered.end())), mean / 2);
}

TEST(Busy, the_slowest_of_many_connections_gets_at_least_half_of_the_mean) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const rlimit enough{std::min<rlim_t>(4096, limit.rlim_max), limit.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &enough), 0);
    std::vector<long> answered(sanitized ? 200 : 1000);
    long all = 0;
    run_virtually(many_clients(answered, all));
    setrlimit(RLIMIT_NOFILE, &limit);
}

// ---- memory

std::size_t bytes_in_use() { return mallinfo2().uordblks; }

/// The frame pool's too. The kernel may be behind by a few hundred kilobytes.
std::size_t resident_bytes() {
    std::size_t all = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

Coroutine<void> send_lines(StreamReader reader, StreamWriter writer, long count) {
    std::string lines;
    for (int i = 0; i < 100; ++i) lines += "a line of the usual length, more or less\n";
    for (long sent = 0; sent < count; sent += 100) {
        writer.write(lines);
        co_await writer.drain();
        co_await reader.readexactly(lines.size());
    }
}

Coroutine<void> many_messages() {
    auto server = co_await aio::start_server(echo_lines, "127.0.0.1", 0);
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", server.sockets().front().port());
    co_await send_lines(reader, writer, 2'000);
    const std::size_t before = bytes_in_use(), resident_before = resident_bytes();
    co_await send_lines(reader, writer, sanitized ? 10'000 : 1'000'000);
    EXPECT_LE(bytes_in_use(), before + 16'384);
    if (!sanitized) { EXPECT_LE(resident_bytes(), resident_before + (1 << 20)); }  // a byte for each message
}

TEST(Busy, a_million_messages_leave_the_memory_as_it_was) { run_virtually(many_messages()); }

TEST_ON_LOOP(Busy, a_silent_connection_owns_no_buffer) {
    auto server = co_await aio::start_server(echo, "127.0.0.1", 0);
    auto [reader, writer] = co_await aio::open_connection("127.0.0.1", server.sockets().front().port());
    writer.write(std::string(1000, 'x'));
    co_await reader.readexactly(1000);
    const std::size_t before = bytes_in_use();
    for (int i = 0; i < 3; ++i) {
        writer.write(std::string(60'000, 'x'));
        co_await reader.readexactly(60'000);
    }
    EXPECT_LE(bytes_in_use(), before + 1000);
}

}  // namespace
