#include "runtime/reactor/descriptor.hpp"

#include <unistd.h>

#include <cerrno>

#include "runtime/reactor/errors.hpp"
#include "runtime/reactor/event_loop.hpp"

namespace aio {

Descriptor::Descriptor(EventLoop& loop, int fd) : loop_(loop), fd_(fd) {
    try {
        loop.selector().add(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this);
    } catch (...) {
        ::close(fd);
        throw;
    }
    loop.descriptors().push_back(*this);
}

void Descriptor::on_events(std::uint32_t events) noexcept {
    if (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) ended_ = true;
    if (events & (EPOLLIN | EPOLLHUP | EPOLLRDHUP | EPOLLERR)) {
        readable_ = true;
        loop_.ready().append(reader_);
    }
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
        writable_ = true;
        loop_.ready().append(writer_);
    }
}

void Descriptor::after_read(ssize_t got, std::size_t asked) noexcept {
    if (got < 0 ? errno == EAGAIN : got > 0 && static_cast<std::size_t>(got) < asked && !ended_)
        readable_ = false;
}

void Descriptor::after_write(ssize_t put, std::size_t asked) noexcept {
    if (put < 0 ? errno == EAGAIN : static_cast<std::size_t>(put) < asked) writable_ = false;
}

void Descriptor::wait(EntryList& waiters, bool ready, Entry& waiter) {
    if (fd_ < 0) throw RuntimeError("the descriptor is closed");
    if (!waiters.empty()) throw RuntimeError("another reader or writer waits for this descriptor already");
    if (ready)
        loop_.ready().push_back(waiter);
    else
        waiters.push_back(waiter);
}

void Descriptor::wait_readable(Entry& waiter) { wait(reader_, readable_, waiter); }
void Descriptor::wait_writable(Entry& waiter) { wait(writer_, writable_, waiter); }

void Descriptor::close() noexcept {
    if (fd_ < 0) return;
    loop_.ready().append(reader_);
    loop_.ready().append(writer_);
    loop_.selector().remove(fd_);
    ::close(std::exchange(fd_, -1));
    unlink();
}

namespace detail {

// It may take itself away while it runs, so it holds itself and its function meanwhile.
void Reaction::run() noexcept {
    const Ref<Reaction> keep(this);
    try {
        function_();
    } catch (...) {
        loop_.call_exception_handler({"Exception in callback", std::current_exception(), {}});
    }
}

void Reaction::cancel() noexcept { unlink(); }

BorrowedDescriptor::~BorrowedDescriptor() {
    if (reader_) reader_->cancel();
    if (writer_) writer_->cancel();
    if (reader_ || writer_) loop_.selector().remove(fd_);
}

void BorrowedDescriptor::set(Ref<Reaction>& reaction, std::function<void()> function) {
    const bool watched = reader_ || writer_;
    Ref<Reaction> replaced =
        std::exchange(reaction, function ? Ref(new Reaction(loop_, std::move(function))) : nullptr);
    if (replaced) replaced->cancel();
    const std::uint32_t events = (reader_ ? EPOLLIN : 0u) | (writer_ ? EPOLLOUT : 0u);
    try {
        if (!watched && events) loop_.selector().add(fd_, events, *this);
    } catch (...) {
        reaction = nullptr;
        throw;
    }
    if (watched && events) loop_.selector().modify(fd_, events, *this);
    if (watched && !events) loop_.selector().remove(fd_);
}

void BorrowedDescriptor::on_events(std::uint32_t events) noexcept {
    const bool ended = events & (EPOLLHUP | EPOLLERR);
    if (reader_ && (ended || (events & EPOLLIN)) && !reader_->linked()) loop_.ready().push_back(*reader_);
    if (writer_ && (ended || (events & EPOLLOUT)) && !writer_->linked()) loop_.ready().push_back(*writer_);
}

}  // namespace detail

}  // namespace aio
