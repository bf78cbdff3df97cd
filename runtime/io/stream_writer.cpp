#include "runtime/io/stream_writer.hpp"
#include <cerrno>
#include "runtime/io/arrival.hpp"
#include "runtime/io/os_errors.hpp"
#include "runtime/tasks/sleep.hpp"

namespace aio {
namespace {
Coroutine<void> drained(Ref<detail::Stream> stream) {
    stream->throw_error();
    if (stream->closing()) {
        co_await sleep(Duration(0));  // what has broken it will be known, but is said by the next drain()
    } else {
        co_await detail::Budget();
        stream->throw_error();
    }
    if (stream->lost()) detail::throw_os_error(ECONNRESET, "write to " + stream->peer().text() + ", Connection lost");
    if (!stream->paused()) co_return;
    co_await detail::Departure(*stream);
    stream->throw_error();
}

Coroutine<void> closed(Ref<detail::Stream> stream) {
    while (!stream->lost()) co_await detail::Departure(*stream);
    stream->throw_error();
}
}  // namespace

Coroutine<void> StreamWriter::drain() const { return drained(stream_); }
Coroutine<void> StreamWriter::wait_closed() const { return closed(stream_); }

std::optional<SocketAddress> StreamWriter::get_extra_info(std::string_view name) const {
    if (name == "peername") return stream_->peer();
    if (name == "sockname") return stream_->name();
    return std::nullopt;
}
}  // namespace aio
