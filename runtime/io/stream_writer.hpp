// StreamWriter: what is sent on a connection.
#pragma once
#include <ranges>
#include "runtime/io/stream.hpp"

namespace aio {
/// asyncio.StreamWriter. A handle, moved and copied freely. When the last reader and writer of a connection are gone it
/// is closed, after what was written is sent.
class StreamWriter {
  public:
    explicit StreamWriter(Ref<detail::Stream> stream) noexcept : stream_(std::move(stream)) {}

    /// Sends `data`, at once if the socket takes it. What it does not take is kept and follows by itself: await drain()
    /// or the memory grows with it. Errors of the connection come out of drain() and of reads; on a lost connection it
    /// does nothing. Throws RuntimeError after write_eof().
    void write(std::string_view data) {
        iovec part = detail::part_of(data);
        stream_->write({&part, 1});
    }
    /// The same for many pieces, a range of strings, by one system call (of 1024 pieces).
    template <std::ranges::input_range Pieces> void writelines(const Pieces& pieces) {
        std::vector<iovec> parts;
        for (const std::string_view piece : pieces) parts.push_back(detail::part_of(piece));
        stream_->write(parts);
    }
    void writelines(std::initializer_list<std::string_view> pieces) { writelines(std::span(pieces)); }
    /// Waits while more than the high-water mark is kept, until it is less than a quarter. Throws what broke the
    /// connection, or ConnectionResetError if it was closed. Cancelled, it changes nothing.
    Coroutine<void> drain() const;
    /// In bytes; 64 KiB until it is set. asyncio: transport.set_write_buffer_limits(high).
    void set_write_buffer_limits(std::size_t high) { stream_->set_high_water(high); }

    /// Says to the other end that no more will come, after what was written. Reading goes on: half a close.
    void write_eof() { stream_->write_eof(); }
    bool can_write_eof() const noexcept { return true; }
    /// No more is read; what was written is still sent, then the connection is closed. Returns at once.
    void close() { stream_->close(); }
    bool is_closing() const noexcept { return stream_->closing(); }
    /// Waits until the connection is closed. Throws what broke it.
    Coroutine<void> wait_closed() const;

    /// "peername" or "sockname", also after the end; empty for other names.
    std::optional<SocketAddress> get_extra_info(std::string_view name) const;
  private:
    Ref<detail::Stream> stream_;
};
}  // namespace aio
