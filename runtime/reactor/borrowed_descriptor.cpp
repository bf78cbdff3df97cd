#include "runtime/reactor/borrowed_descriptor.hpp"
#include "runtime/reactor/event_loop.hpp"

namespace aio::detail {
BorrowedDescriptor::~BorrowedDescriptor() {
    if (watched()) loop_.selector().remove(fd_, *this);
}

bool BorrowedDescriptor::set(std::uint32_t direction, std::function<void()> function) {
    const std::uint32_t before = events_, after = function ? before | direction : before & ~direction;
    if (after)
        loop_.selector().watch_anew(fd_, after, *this, before);
    else if (before)
        loop_.selector().remove(fd_, *this);
    events_ = after;
    Direction& changed = direction == EPOLLIN ? reader_ : writer_;
    changed.queued.cancel();
    changed = {std::move(function)};
    return before & direction;
}

void BorrowedDescriptor::on_events(std::uint32_t events) noexcept {
    const bool broken = events & (EPOLLHUP | EPOLLERR);
    if (reader_.function && (broken || (events & EPOLLIN))) reader_.queued = loop_.call_soon(reader_.function);
    if (writer_.function && (broken || (events & EPOLLOUT))) writer_.queued = loop_.call_soon(writer_.function);
}
}  // namespace aio::detail
