// A pair of descriptors for tests, and what one reads and writes there.
#pragma once
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace aio::test {

/// Two ends, non-blocking; what has not been closed or released is closed at the end.
class Ends {
  public:
    explicit Ends(std::array<int, 2> fds) noexcept : fds_(fds) {}
    Ends(const Ends&) = delete;
    Ends& operator=(const Ends&) = delete;
    ~Ends() { close(0), close(1); }

    int operator[](std::size_t end) const noexcept { return fds_[end]; }
    /// For somebody who will close it.
    int release(std::size_t end) noexcept { return std::exchange(fds_[end], -1); }
    void close(std::size_t end) noexcept {
        if (fds_[end] >= 0) ::close(release(end));
    }
  private:
    std::array<int, 2> fds_;
};

/// [0] reads what is written to [1].
inline Ends make_pipe() {
    std::array<int, 2> fds{-1, -1};
    [[maybe_unused]] const int failed = pipe2(fds.data(), O_NONBLOCK | O_CLOEXEC);
    return Ends(fds);
}

/// Both ends read and write.
inline Ends make_sockets() {
    std::array<int, 2> fds{-1, -1};
    [[maybe_unused]] const int failed = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data());
    return Ends(fds);
}

inline bool put(int fd, std::string_view text) {
    return write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// What is there, `most` bytes of it.
inline std::string take(int fd, std::size_t most = 4096) {
    std::string text(most, '\0');
    const ssize_t got = read(fd, text.data(), most);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

}  // namespace aio::test
