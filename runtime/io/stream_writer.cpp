#include "runtime/io/stream_writer.hpp"
#include <cerrno>
#include "runtime/io/os_errors.hpp"

namespace aio {
void StreamWriter::write(std::string_view data) {
    iovec part{const_cast<char*>(data.data()), data.size()};
    stream_->write({&part, 1});
}

bool StreamWriter::is_drained(const detail::Stream& stream) {
    stream.throw_error();
    return !stream.closing() && !stream.paused() && detail::ImmediateCompletions::allow_one();
}

Coroutine<void> StreamWriter::drain_slowly(Ref<detail::Stream> stream) {
    if (stream->closing() || !stream->paused()) co_await detail::ImmediateCompletions::take_a_turn();
    stream->throw_error();
    if (stream->lost())
        std::rethrow_exception(
            detail::connection_error(ECONNRESET, "write to " + stream->peer().text() + ", Connection lost"));
    if (!stream->paused()) co_return;
    detail::QueuedWaiter waiter;
    stream->wait_writable(waiter);
    co_await waiter;
    stream->throw_error();
}

Coroutine<void> StreamWriter::wait_until_closed(Ref<detail::Stream> stream) {
    while (!stream->lost()) {
        detail::QueuedWaiter waiter;
        stream->wait_writable(waiter);
        co_await waiter;
    }
    stream->throw_error();
}

std::optional<SocketAddress> StreamWriter::get_extra_info(std::string_view name) const {
    if (name == "peername") return stream_->peer();
    if (name == "sockname") return SocketAddress::bound_to(stream_->fd());
    return std::nullopt;
}
}  // namespace aio
