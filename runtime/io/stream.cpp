#include "runtime/io/stream.hpp"
#include <netinet/tcp.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include "runtime/io/connection_errors.hpp"

namespace aio::detail {
namespace {
constexpr std::size_t read_size = 1 << 16;  // asked for at once: a short read then means that the socket is drained
constexpr std::size_t most_parts = 1024;    // of one sendmsg(2)

std::uint32_t clamp(std::size_t bytes) {
    return static_cast<std::uint32_t>(std::min<std::size_t>(bytes, std::numeric_limits<std::uint32_t>::max()));
}
}  // namespace

Stream::Stream(int fd, const SocketAddress& peer, std::size_t limit, Ref<StreamOwner> owner)
    : Descriptor(get_running_loop(), fd), limit_(clamp(limit)), owner_(std::move(owner)) {
    if (peer.size() <= sizeof internet_peer_) std::memcpy(&internet_peer_, peer.data(), peer.size());
    // Small writes go out at once, as asyncio's do. A unix socket refuses, and does so anyway.
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Stream::~Stream() {
    if (!lost()) lose();
}

// ---- Reading

bool Stream::receive() noexcept {
    char bytes[read_size];
    ssize_t got;
    do got = ::read(fd(), bytes, sizeof bytes);
    while (got < 0 && errno == EINTR);
    after_read(got, sizeof bytes);
    if (got < 0 && errno == EAGAIN) return false;
    if (got < 0) return fail_with_errno("read from "), true;
    if (got == 0) return eof_ = true;
    try {
        input.append({bytes, static_cast<std::size_t>(got)});
    } catch (...) { fail(std::current_exception()); }
    return true;
}

// Who was woken finds something, so that a read needs no coroutine which would look again.
void Stream::on_readable() noexcept {
    if (has_reader() && receive()) wake_reader();
}

// ---- Writing

// [write]
void Stream::write(std::span<iovec> parts) {
    if (write_eof_) throw RuntimeError("Cannot call write() after write_eof()");
    if (lost()) return;
    std::size_t sent = backlog_ ? 0 : send(parts);
    if (lost()) return;
    for (const iovec& part : parts) {
        const std::string_view bytes(static_cast<const char*>(part.iov_base), part.iov_len);
        const std::size_t already = std::min(sent, bytes.size());
        sent -= already;
        if (already == bytes.size()) continue;
        if (!backlog_) backlog_ = std::make_unique<Backlog>(*this);
        backlog_->bytes.append(bytes.substr(already));
    }
    paused_ |= backlog_ && backlog_->bytes.size() > high_water_;
}
// [/write]

/// How many bytes the socket took.
std::size_t Stream::send(std::span<iovec> parts) noexcept {
    std::size_t all = 0;
    while (!parts.empty()) {
        const auto some = parts.first(std::min(parts.size(), most_parts));
        parts = parts.subspan(some.size());
        std::size_t asked = 0;
        for (const iovec& part : some) asked += part.iov_len;
        if (asked == 0) continue;
        msghdr message{};
        message.msg_iov = some.data();
        message.msg_iovlen = some.size();
        ssize_t put;
        do
            put = some.size() == 1 ? ::send(fd(), some[0].iov_base, asked, MSG_NOSIGNAL)
                                   : ::sendmsg(fd(), &message, MSG_NOSIGNAL);
        while (put < 0 && errno == EINTR);
        after_write(put, asked);
        if (put < 0 && errno != EAGAIN) return fail_with_errno("write to "), all;
        if (put > 0) all += static_cast<std::size_t>(put);
        if (put < static_cast<ssize_t>(asked)) break;
    }
    return all;
}

void Stream::flush() noexcept {
    if (lost()) return;
    const std::string_view bytes = backlog_->bytes.view();
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    const std::size_t sent = send({&part, 1});
    if (lost()) return;
    backlog_->bytes.drop(sent);
    if (paused_ && backlog_->bytes.size() <= high_water_ / 4) {
        paused_ = false;
        waiters.wake_all();
    }
    if (!backlog_->bytes.empty()) return wait_writable(*backlog_);
    if (write_eof_) ::shutdown(fd(), SHUT_WR);
    if (closing_) lose();
    backlog_ = nullptr;
}

void Stream::write_eof() {
    if (closing_ || std::exchange(write_eof_, true)) return;
    if (!backlog_) ::shutdown(fd(), SHUT_WR);
}

void Stream::set_high_water(std::size_t bytes) noexcept {
    high_water_ = clamp(bytes);
    paused_ = backlog_ && backlog_->bytes.size() > high_water_;
}

Backlog::Backlog(Stream& s) noexcept : stream(s) {
    stream.retain();
    stream.wait_writable(*this);
    Tasks::running->composites.push_back(*this);
}

Backlog::~Backlog() { stream.release(); }

void Backlog::run() noexcept {
    const Ref alive(&stream);
    stream.flush();
}

void Backlog::dissolve() noexcept {
    const Ref alive(&stream);
    stream.fail(nullptr);
}

// ---- The end

void Stream::close() noexcept {
    if (std::exchange(closing_, true)) return;
    eof_ = true;
    if (backlog_)
        wake_reader();
    else
        lose();
}

void Stream::fail(std::exception_ptr error) noexcept {
    if (lost()) return;
    error_ = std::move(error);
    lose();
}

void Stream::fail_with_errno(const char* operation) noexcept {
    const int error = errno;
    fail(connection_error(error, operation + peer().text()));
}

/// Every way to the end comes through here, once.
void Stream::lose() noexcept {
    closing_ = eof_ = true;
    paused_ = false;
    Descriptor::close();
    waiters.wake_all();
    if (owner_) owner_->stream_is_lost();
    backlog_ = nullptr;
}

SocketAddress Stream::peer() const noexcept {
    if (internet_peer_.sin6_family == AF_INET || internet_peer_.sin6_family == AF_INET6)
        return {&internet_peer_, internet_peer_.sin6_family == AF_INET ? static_cast<socklen_t>(sizeof(sockaddr_in))
                                                                       : static_cast<socklen_t>(sizeof(sockaddr_in6))};
    return SocketAddress::connected_to(fd());
}
}  // namespace aio::detail
