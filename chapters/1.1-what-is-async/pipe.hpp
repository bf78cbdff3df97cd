// A pipe: what is written into its one end can be read from the other.
#pragma once
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "runtime/reactor/errors.hpp"

/// Both ends are non-blocking: reading from an empty pipe fails instead of waiting.
class Pipe {
  public:
    Pipe() {
        if (pipe2(ends_.data(), O_NONBLOCK | O_CLOEXEC) < 0) aio::throw_errno("pipe2");
    }
    ~Pipe() {
        for (const int end : ends_) close(end);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    /// The descriptor to watch.
    int read_end() const noexcept { return ends_[0]; }

    /// Up to `most` bytes of what is there.
    std::string read(std::size_t most = 100) {
        std::string text(most, '\0');
        const ssize_t got = ::read(ends_[0], text.data(), text.size());
        if (got < 0) aio::throw_errno("read");
        text.resize(static_cast<std::size_t>(got));
        return text;
    }

    void write(std::string_view text) {
        if (::write(ends_[1], text.data(), text.size()) < 0) aio::throw_errno("write");
    }
  private:
    std::array<int, 2> ends_{-1, -1};
};
