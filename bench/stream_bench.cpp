// One message from one end of a socket to the other: tried first or waited for first, edges or levels, and our streams.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "bench/in_loop.hpp"
#include "runtime/io/stream_reader.hpp"
#include "runtime/io/stream_writer.hpp"

namespace {

constexpr std::size_t message_size = 64;

/// Two ends of a socket, the second one registered with an epoll of its own.
class Ends {
  public:
    explicit Ends(std::uint32_t events) : epoll_(epoll_create1(EPOLL_CLOEXEC)), registration_{events, {}} {
        [[maybe_unused]] const int failed =
            socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_.data());
        if (events) control(EPOLL_CTL_ADD);
    }
    ~Ends() {
        for (const int fd : {epoll_, ends_[0], ends_[1]}) close(fd);
    }
    Ends(const Ends&) = delete;
    Ends& operator=(const Ends&) = delete;

    void control(int operation) { epoll_ctl(epoll_, operation, ends_[1], &registration_); }
    void send() { benchmark::DoNotOptimize(::send(ends_[0], bytes_.data(), message_size, MSG_NOSIGNAL)); }
    void wait() { benchmark::DoNotOptimize(epoll_wait(epoll_, &event_, 1, 0)); }
    ssize_t read() { return ::read(ends_[1], bytes_.data(), bytes_.size()); }
  private:
    int epoll_;
    epoll_event registration_, event_;
    std::array<int, 2> ends_;
    std::array<char, 1 << 16> bytes_{};
};

void bare_try_first(benchmark::State& state) {
    Ends ends(0);
    for (auto _ : state) {
        ends.send();
        ends.read();
    }
}

void bare_wait_first_level(benchmark::State& state) {
    Ends ends(EPOLLIN);
    for (auto _ : state) {
        ends.send();
        ends.wait();
        ends.read();
    }
}

void bare_wait_first_edge(benchmark::State& state) {
    Ends ends(EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    for (auto _ : state) {
        ends.send();
        ends.wait();
        ends.read();  // fewer than asked for: drained
    }
}

/// As most books have it: with edges, read until EAGAIN.
void bare_wait_first_edge_until_eagain(benchmark::State& state) {
    Ends ends(EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    for (auto _ : state) {
        ends.send();
        ends.wait();
        while (ends.read() > 0) {}
    }
}

/// Registered anew for each wait, as a level that nobody wants to hear of in between must be.
void bare_wait_first_level_rearmed(benchmark::State& state) {
    Ends ends(EPOLLIN);
    ends.control(EPOLL_CTL_DEL);
    for (auto _ : state) {
        ends.send();
        ends.control(EPOLL_CTL_ADD);
        ends.wait();
        ends.read();
        ends.control(EPOLL_CTL_DEL);
    }
}

std::array<aio::Ref<aio::detail::Stream>, 2> stream_pair() {
    std::array<int, 2> fds{};
    [[maybe_unused]] const int failed = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data());
    const auto stream = [](int fd) {
        return aio::Ref(new aio::detail::Stream(fd, {}, aio::detail::Stream::default_limit, nullptr));
    };
    return {stream(fds[0]), stream(fds[1])};
}

aio::Coroutine<void> stream_message(benchmark::State& state) {
    const auto ends = stream_pair();
    aio::StreamWriter writer(ends[0]);
    const aio::StreamReader reader(ends[1]);
    const std::string message(message_size, 'x');
    for (auto _ : state) {
        writer.write(message);
        co_await writer.drain();
        benchmark::DoNotOptimize(co_await reader.read(1 << 16));
    }
}

/// Many lines in one message: what is there already costs no system call.
aio::Coroutine<void> stream_line_of_many(benchmark::State& state) {
    const auto ends = stream_pair();
    aio::StreamWriter writer(ends[0]);
    const aio::StreamReader reader(ends[1]);
    std::string lines;
    for (int i = 0; i < 100; ++i) lines += "a line of the usual length, more or less\n";
    long left = 0;
    for (auto _ : state) {
        if (left-- == 0) {
            writer.write(lines);
            co_await writer.drain();
            left = 99;
        }
        benchmark::DoNotOptimize(co_await reader.readline());
    }
}

BENCHMARK(bare_try_first);
BENCHMARK(bare_wait_first_level);
BENCHMARK(bare_wait_first_edge);
BENCHMARK(bare_wait_first_edge_until_eagain);
BENCHMARK(bare_wait_first_level_rearmed);
BENCHMARK(in_loop<stream_message>)->Name("stream_message");
BENCHMARK(in_loop<stream_line_of_many>)->Name("stream_line_of_many");

}  // namespace
