#include "runtime/reactor/descriptor.hpp"
#include <unistd.h>
#include <cerrno>
#include "runtime/reactor/event_loop.hpp"

namespace aio {
Descriptor::Descriptor(EventLoop& loop, int fd, ShortRead short_read) : Descriptor(fd, loop, short_read) {
    loop.selector().add(fd, EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this);  // if it throws, fd is closed
    loop.descriptors().push_back(*this);
}

// [remember]
void Descriptor::on_events(std::uint32_t events) noexcept {
    const bool broken = events & (EPOLLHUP | EPOLLERR);
    readable_ |= broken || (events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP));
    writable_ |= broken || (events & EPOLLOUT);
    // From now on something may lie behind what a read stops at: urgent data, or an end, which no further edge
    // announces.
    if (broken || (events & (EPOLLPRI | EPOLLRDHUP))) short_read_ = ShortRead::tells_nothing;
    on_edge();
}

void Descriptor::after_read(ssize_t got, std::size_t asked) noexcept {
    const bool is_short = got > 0 && static_cast<std::size_t>(got) < asked;
    if (got < 0 ? errno == EAGAIN : is_short && short_read_ == ShortRead::means_drained) readable_ = false;
}
// [/remember]

void Descriptor::after_write(ssize_t put, std::size_t asked) noexcept {
    const bool full = put < 0 ? errno == EAGAIN : static_cast<std::size_t>(put) < asked;
    if (full) writable_ = false;
}

void Descriptor::close() noexcept {
    if (fd_ < 0) return;
    before_close();
    loop_.selector().remove(fd_, *this);
    ::close(std::exchange(fd_, -1));
    unlink();
    on_close();
}
}  // namespace aio
