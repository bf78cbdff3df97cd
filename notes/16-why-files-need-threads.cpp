// An empty pipe and a regular file: what the kernel says when it is asked whether a read would wait.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

// [ask]
std::string epoll_says(int fd) {
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{EPOLLIN, {}};
    const bool added = epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
    const std::string answer = added ? epoll_wait(epoll, &event, 1, 0) ? "ready" : "not ready" : strerrorname_np(errno);
    close(epoll);
    return answer;
}

std::string poll_says(int fd) {
    pollfd asked{fd, POLLIN, 0};
    return poll(&asked, 1, 0) ? "ready" : "not ready";
}

std::string read_says(int fd) {  // fd has O_NONBLOCK
    char byte = 0;
    const ssize_t got = read(fd, &byte, 1);
    return got < 0 ? strerrorname_np(errno) : fmt::format("{} byte{}", got, got == 1 ? "" : "s");
}
// [/ask]

int main() {
    std::array<int, 2> pipe_ends{};
    std::FILE* file = std::tmpfile();
    if (!file || pipe2(pipe_ends.data(), O_NONBLOCK | O_CLOEXEC) < 0) throw std::runtime_error("pipe or tmpfile");
    const int fd = fileno(file);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    if (write(fd, "x", 1) != 1 || lseek(fd, 0, SEEK_SET) != 0) throw std::runtime_error("write");

    const auto row = [](const char* what, int asked) {
        fmt::print("{:<22} {:<11} {:<11} {}\n", what, epoll_says(asked), poll_says(asked), read_says(asked));
    };
    fmt::print("{:<22} {:<11} {:<11} {}\n", "", "epoll", "poll", "read");
    row("an empty pipe", pipe_ends[0]);
    row("a file with one byte", fd);
    row("the same, at its end", fd);
    std::fclose(file);
    close(pipe_ends[0]), close(pipe_ends[1]);
}
