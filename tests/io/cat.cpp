// What nc does, by our streams, for tests against programs that are not ours.
//
//     cat echo tcp|unix HOST PORT|PATH      sends back all that it gets; prints the port when it listens
//     cat send tcp|unix HOST PORT|PATH N    sends N bytes and the end, and prints all that it gets
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "runtime/aio.hpp"

namespace {

struct Where {
    bool unix_socket;
    std::string host_or_path;
    aio::Port port;
};

aio::Coroutine<void> echo(aio::StreamReader reader, aio::StreamWriter writer) {
    while (true) {
        const std::string data = co_await reader.read(10'000);
        if (data.empty()) break;
        writer.write(data);
        co_await writer.drain();
    }
    writer.close();
    co_await writer.wait_closed();
}

aio::Coroutine<void> serve(Where where) {
    auto starting = where.unix_socket ? aio::start_unix_server(echo, where.host_or_path)
                                      : aio::start_server(echo, where.host_or_path, where.port);
    auto server = co_await starting;
    std::printf("%d\n", server.sockets().front().port());
    std::fflush(stdout);
    co_await server.serve_forever();
}

aio::Coroutine<void> print(aio::StreamReader reader) {
    while (true) {
        const std::string data = co_await reader.read(10'000);
        if (data.empty()) break;
        std::fwrite(data.data(), 1, data.size(), stdout);
    }
}

aio::Coroutine<void> send(Where where, long bytes) {
    auto connecting = where.unix_socket ? aio::open_unix_connection(where.host_or_path)
                                        : aio::open_connection(where.host_or_path, where.port);
    auto [reader, writer] = co_await connecting;
    const auto printing = aio::create_task(print(reader));
    std::string line = "a line of some length, so that pieces end anywhere\n";
    for (long sent = 0; sent < bytes; sent += static_cast<long>(line.size())) {
        line.resize(static_cast<std::size_t>(std::min(bytes - sent, static_cast<long>(line.size()))));
        writer.write(line);
        co_await writer.drain();
    }
    writer.write_eof();
    co_await printing;
    writer.close();
    co_await writer.wait_closed();  // the end of the loop waits for nobody
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return std::fprintf(stderr, "usage: see the top of tests/io/cat.cpp\n"), 2;
    const bool unix_socket = argv[2] == std::string_view("unix");
    const int next = unix_socket ? 4 : 5;
    const Where where{unix_socket, argv[3], unix_socket ? 0 : std::atoi(argv[4])};
    if (argv[1] == std::string_view("echo"))
        aio::run(serve(where));
    else
        aio::run(send(where, std::atol(argv[next])));
}
