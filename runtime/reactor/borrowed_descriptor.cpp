#include "runtime/reactor/borrowed_descriptor.hpp"

#include "runtime/reactor/event_loop.hpp"

namespace aio::detail {

BorrowedDescriptor::~BorrowedDescriptor() {
    if (!unwatched()) loop_.selector().remove(fd_);
}

bool BorrowedDescriptor::set(std::uint32_t direction, std::function<void()> function) {
    Direction& changed = direction == EPOLLIN ? reader_ : writer_;
    const bool was_watched = !unwatched();
    const bool had_one = bool(changed.function);
    changed.queued.cancel();
    changed.function = std::move(function);
    const std::uint32_t events = (reader_.function ? EPOLLIN : 0u) | (writer_.function ? EPOLLOUT : 0u);
    try {
        if (!was_watched && events) loop_.selector().add(fd_, events, *this);
        if (was_watched && events) loop_.selector().modify(fd_, events, *this);
    } catch (...) {
        changed.function = nullptr;
        throw;
    }
    if (was_watched && !events) loop_.selector().remove(fd_);
    return had_one;
}

void BorrowedDescriptor::on_events(std::uint32_t events) noexcept {
    const bool broken = events & (EPOLLHUP | EPOLLERR);
    if (reader_.function && (broken || (events & EPOLLIN))) reader_.queued = loop_.call_soon(reader_.function);
    if (writer_.function && (broken || (events & EPOLLOUT))) writer_.queued = loop_.call_soon(writer_.function);
}

}  // namespace aio::detail
