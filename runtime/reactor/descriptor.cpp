#include "runtime/reactor/descriptor.hpp"
#include <unistd.h>
#include <cerrno>
#include "runtime/reactor/event_loop.hpp"

namespace aio {
Descriptor::Descriptor(EventLoop& loop, int fd) : Descriptor(fd, loop) {
    loop.selector().add(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this);  // if it throws, fd is closed
    loop.descriptors().push_back(*this);
}

// [remember]
void Descriptor::on_events(std::uint32_t events) noexcept {
    const bool broken = events & (EPOLLHUP | EPOLLERR);
    ended_ |= broken || (events & EPOLLRDHUP);
    if (broken || (events & (EPOLLIN | EPOLLRDHUP))) {
        readable_ = true;
        on_readable();
    }
    if (broken || (events & EPOLLOUT)) {
        writable_ = true;
        on_writable();
    }
}

void Descriptor::after_read(ssize_t got, std::size_t asked) noexcept {
    const bool drained = got < 0 ? errno == EAGAIN : got > 0 && static_cast<std::size_t>(got) < asked && !ended_;
    if (drained) readable_ = false;
}
// [/remember]

void Descriptor::after_write(ssize_t put, std::size_t asked) noexcept {
    const bool full = put < 0 ? errno == EAGAIN : static_cast<std::size_t>(put) < asked;
    if (full) writable_ = false;
}

void Descriptor::close() noexcept {
    if (fd_ < 0) return;
    loop_.selector().remove(fd_);
    ::close(std::exchange(fd_, -1));
    unlink();
    on_close();
}
}  // namespace aio
