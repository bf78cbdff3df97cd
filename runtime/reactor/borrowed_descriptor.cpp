#include "runtime/reactor/borrowed_descriptor.hpp"
#include "runtime/reactor/event_loop.hpp"

namespace aio::detail {
void Reaction::run() noexcept {
    const Ref keep(this);  // it may take itself away while it runs
    try {
        function_();
    } catch (...) { loop_.call_exception_handler({"Exception in callback", std::current_exception(), {}}); }
}

BorrowedDescriptor::~BorrowedDescriptor() {
    if (!unwatched()) loop_.selector().remove(fd_);
}

bool BorrowedDescriptor::set(std::uint32_t direction, std::function<void()> function) {
    Ref<Reaction>& reaction = direction == EPOLLIN ? reader_ : writer_;
    const bool was_watched = !unwatched();
    Ref<Reaction> replaced = reaction;
    reaction = function ? Ref(new Reaction(loop_, std::move(function))) : nullptr;
    const std::uint32_t events = (reader_ ? EPOLLIN : 0u) | (writer_ ? EPOLLOUT : 0u);
    try {
        if (!was_watched && events) loop_.selector().add(fd_, events, *this);
        if (was_watched && events) loop_.selector().modify(fd_, events, *this);
    } catch (...) {
        reaction = replaced;
        throw;
    }
    if (was_watched && !events) loop_.selector().remove(fd_);
    if (replaced) replaced->unlink();  // queued or not, it won't run any more
    return bool(replaced);
}

void BorrowedDescriptor::on_events(std::uint32_t events) noexcept {
    const bool broken = events & (EPOLLHUP | EPOLLERR);
    if (reader_ && (broken || (events & EPOLLIN))) loop_.ready().push_back(*reader_);
    if (writer_ && (broken || (events & EPOLLOUT))) loop_.ready().push_back(*writer_);
}
}  // namespace aio::detail
