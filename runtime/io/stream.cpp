#include "runtime/io/stream.hpp"
#include <netinet/tcp.h>
#include <cerrno>
#include "runtime/io/arrival.hpp"
#include "runtime/io/os_errors.hpp"

namespace aio::detail {
namespace {
constexpr std::size_t read_size = 1 << 16;        // asked for at once
constexpr std::size_t read_ahead_size = 1 << 18;  // in a turn, for nobody: as much as CPython
constexpr std::size_t most_parts = 1024;          // of one sendmsg(2)
}  // namespace

Stream::Stream(int fd, const SocketAddress& peer, std::size_t limit, Ref<StreamOwner> owner)
    : Descriptor(
          get_running_loop(), fd,
          peer.family() == AF_INET || peer.family() == AF_INET6 ? ShortRead::means_drained : ShortRead::tells_nothing),
      peer_(peer),
      owner_(std::move(owner)) {
    if (limit != default_limit) details().limit = limit;
    // Small writes go out at once, as asyncio's do. A unix socket refuses, and does so anyway.
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void Stream::set_connecting(bool connecting) noexcept {
    connecting_ = connecting;
    if (!connecting) read_ahead();
}

void Stream::on_edge() noexcept {
    const Ref alive(this);
    if (connecting_) return wake_waiters();
    read_ahead();
    if (writable()) send_kept();
}

// ---- Reading

bool Stream::receive() noexcept {
    char bytes[read_size];
    ssize_t got;
    do got = ::recv(fd(), bytes, sizeof bytes, 0);
    while (got < 0 && errno == EINTR);
    after_read(got, sizeof bytes);
    if (got < 0 && errno == EAGAIN) return false;
    if (got < 0) return fail("read from ", errno), false;
    if (got == 0) return eof_ = peer_ended_ = true;
    try {
        input.append({bytes, static_cast<std::size_t>(got)});
    } catch (const std::bad_alloc&) { fail("read from ", ENOMEM); }
    return true;
}

// [read-ahead]
/// Reads as far as one goes in a turn.
void Stream::read_ahead() noexcept {
    if (!wants_more()) return;
    const std::size_t enough = input.size() + (reader ? read_size : read_ahead_size);
    bool came = false;
    while (reads() && input.size() < enough) came |= receive();
    if (came) hand_over();
    if (wants_more()) read_on_next_turn();
}
// [/read-ahead]

void Stream::hand_over() noexcept {
    if (!reader) return;
    static_cast<Arrival*>(reader->waiting)->on_arrival();
    wake_reader();
}

void Stream::put_back(ByteQueue bytes) noexcept {
    bytes.append(input.view());
    input = std::move(bytes);
    hand_over();
}

void Stream::read_on_next_turn() noexcept {
    if (reads_on_) return;
    reads_on_ = true;
    loop_.call_soon([self = Ref(this)] {
        self->reads_on_ = false;
        self->read_ahead();
    });
}

std::string Stream::take(std::size_t most) {
    std::string taken = input.take(most);
    if (reads() && input.size() <= limit()) read_on_next_turn();
    return taken;
}

void Stream::require_no_reader(const char* function) const {
    if (reader)
        throw RuntimeError(std::string(function) +
                           "() called while another coroutine is already waiting for incoming data");
}

bool Stream::wake_reader() noexcept {
    if (!reader) return false;
    loop_.ready().push_back(*std::exchange(reader, nullptr));
    return true;
}

// ---- Writing

// [write]
void Stream::write(std::span<iovec> parts) {
    if (write_eof_) throw RuntimeError("Cannot call write() after write_eof()");
    if (lost() || failing_) return;
    loop_.require_own_thread();
    std::size_t sent = all_sent() ? send(parts) : 0;
    if (failing_) return;
    for (const iovec& part : parts) {
        const std::string_view bytes(static_cast<const char*>(part.iov_base), part.iov_len);
        const std::size_t already = std::min(sent, bytes.size());
        sent -= already;
        if (already == bytes.size()) continue;
        const bool first = all_sent();
        details().output.append(bytes.substr(already));
        if (first) retain();
    }
    paused_ = paused_ || (!all_sent() && details_->output.size() > details_->high_water);
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
        if (put < 0 && errno != EAGAIN) return fail("write to ", errno), all;
        if (put > 0) all += static_cast<std::size_t>(put);
        if (put < static_cast<ssize_t>(asked)) break;
    }
    return all;
}

/// Sends what could not be sent before, as far as the socket takes it now.
void Stream::send_kept() noexcept {
    if (all_sent() || failing_) return;
    iovec part = part_of(details_->output.view());
    const std::size_t sent = send({&part, 1});
    if (failing_) return;
    details_->output.drop(sent);
    paused_ = paused_ && details_->output.size() > details_->high_water / 4;
    if (!paused_) wake_waiters();
    if (!all_sent()) return;
    release();
    if (write_eof_) ::shutdown(fd(), SHUT_WR);
    if (closing_) lose(nullptr);
}

void Stream::write_eof() {
    if (closing_ || write_eof_) return;
    loop_.require_own_thread();
    write_eof_ = true;
    if (all_sent()) ::shutdown(fd(), SHUT_WR);
}

Stream::Details& Stream::details() {
    if (!details_) details_ = std::make_unique<Details>();
    return *details_;
}

void Stream::set_high_water(std::size_t bytes) {
    details().high_water = bytes;
    paused_ = details_->output.size() > bytes;
}

void Stream::wake_waiters() noexcept {
    if (details_) details_->waiters.wake_all();
}

// ---- The end

void Stream::close() {
    if (closing_) return;
    loop_.require_own_thread();
    closing_ = eof_ = true;
    all_sent() ? lose(nullptr) : void(wake_reader());
}

/// As CPython's, it stops at once, and says so in the next turn.
void Stream::fail(const char* operation, int error) noexcept {
    if (failing_) return;
    closing_ = failing_ = true;
    loop_.call_soon([self = Ref(this), failure = os_error(error, operation + peer_.text())] { self->lose(failure); });
}

/// The end: of what has failed, if there is an error.
void Stream::lose(std::exception_ptr error) noexcept {
    if (lost()) return;
    details().name = SocketAddress::bound_to(fd());
    details().error = std::move(error);
    Descriptor::close();
}

/// Where something is left unread Linux sends a reset, and the other end loses what was sent and is still on its way.
/// So what has come is read here, and thrown away: as much as CPython would have read ahead. A child process throws
/// nothing away: its parent will read that.
void Stream::before_close() noexcept {
    if (peer_ended_ || failing_ || connecting_ || loop_.selector().forked()) return;
    char bytes[read_size];
    for (std::size_t thrown_away = 0; thrown_away / 2 <= limit();) {
        const ssize_t got = ::recv(fd(), bytes, sizeof bytes, 0);
        if (got == 0 || (got < 0 && errno != EINTR)) return;
        if (got > 0) thrown_away += static_cast<std::size_t>(got);
    }
}

/// Every way to the end comes through here, once.
void Stream::on_close() noexcept {
    closing_ = true;
    eof_ = eof_ || !error();
    paused_ = false;
    wake_reader();
    wake_waiters();
    if (owner_) owner_->stream_is_lost();
    if (all_sent()) return;
    details_->output = {};
    release();
}
}  // namespace aio::detail
