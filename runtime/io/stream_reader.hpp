// StreamReader: what arrives on a connection.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include "runtime/io/arrival.hpp"
#include "runtime/sync/try_first.hpp"

namespace aio {
/// The stream ended before all that was asked for had come. Python: a kind of EOFError.
struct IncompleteReadError : std::runtime_error {
    IncompleteReadError(std::string partial, std::optional<std::size_t> expected);
    std::string partial;                  ///< what had come; it is gone from the stream
    std::optional<std::size_t> expected;  ///< how much was asked for; nothing where a separator was awaited
};

/// No separator within the limit of the stream. The data stays in the stream.
struct LimitOverrunError : std::runtime_error {
    LimitOverrunError(const char* text, std::size_t bytes) : std::runtime_error(text), consumed(bytes) {}
    std::size_t consumed;  ///< so many bytes at the front hold no separator
};

namespace detail {
/// `co_await reader.read(n)`: the one await in which connections spend their lives, so it needs no frame of its own.
class Read final : public Arrival {
  public:
    Read(Stream& stream, std::size_t most) noexcept : Arrival(stream), most_(clamp(most)) {}
    bool await_ready() noexcept { return is_ready(most_ == 0 || stream_->receive_if_readable()); }
    void await_suspend(std::coroutine_handle<> awaiting);
    std::string await_resume();
    auto operator co_await() noexcept { return AwaiterReference<Read>{*this}; }
  private:
    std::uint32_t most_;
};
}  // namespace detail

/// asyncio.StreamReader. A handle, moved and copied freely; it must outlive the await of what it returns. One task
/// reads at a time: a second that would have to wait gets RuntimeError. All reads throw what broke the connection, such
/// as ConnectionResetError. A read that is cancelled takes nothing: what has arrived is there for the next one.
class StreamReader {
  public:
    explicit StreamReader(Ref<detail::Stream> stream) noexcept : stream_(std::move(stream)) {}

    /// `co_await reader.read(n)`: at least one byte and at most `most`, as soon as there are some; "" at the end.
    detail::Read read(std::size_t most) const noexcept { return {*stream_, most}; }
    /// All that comes until the end.
    Coroutine<std::string> read() const { return read_all(stream_); }

    /// `co_await reader.readexactly(n)`. Throws IncompleteReadError if the end comes first.
    auto readexactly(std::size_t count) const {
        return detail::TryFirst(
            *stream_, has_exactly, [](detail::Stream& s, std::size_t& n) { return s.input.take(n); },
            [](detail::Stream& s, std::size_t& n) { return exactly_slowly(Ref(&s), n); }, count);
    }

    /// `co_await reader.readuntil("\r\n")`: up to and with the separator. Throws IncompleteReadError if the end comes
    /// first, LimitOverrunError if more than the limit of the stream comes first, ValueError if `separator` is empty.
    /// `separator` must outlive the await.
    auto readuntil(std::string_view separator = "\n") const {
        return detail::TryFirst(
            *stream_, has_separator, take_until,
            [](detail::Stream& s, std::string_view& sep) { return until_slowly(Ref(&s), sep); }, separator);
    }

    /// `co_await reader.readline()`: a line with its "\n"; without it at the end, and then "". Throws ValueError if the
    /// line is longer than the limit of the stream; it is thrown away then.
    auto readline() const {
        return detail::TryFirst(
            *stream_, [](detail::Stream& s) { return has_separator(s, "\n"); },
            [](detail::Stream& s) { return take_until(s, "\n"); },
            [](detail::Stream& s) { return line_slowly(Ref(&s)); });
    }

    /// `while (auto line = co_await reader.next())`: the lines up to the end. Python: `async for line in reader`.
    Coroutine<std::optional<std::string>> next() const { return next_line(stream_); }

    /// The end was seen by a read, and nothing is left to read.
    bool at_eof() const noexcept { return stream_->eof() && stream_->input.empty(); }
    /// What broke the connection; null if nothing did.
    std::exception_ptr exception() const noexcept { return stream_->error(); }
  private:
    static Coroutine<std::string> read_all(Ref<detail::Stream> stream);
    static bool has_exactly(detail::Stream& stream, std::size_t count);
    static Coroutine<std::string> exactly_slowly(Ref<detail::Stream> stream, std::size_t count);
    static bool has_separator(detail::Stream& stream, std::string_view separator);
    static std::string take_until(detail::Stream& stream, std::string_view separator);
    static Coroutine<std::string> until_slowly(Ref<detail::Stream> stream, std::string_view separator);
    static Coroutine<std::string> line_slowly(Ref<detail::Stream> stream);
    static Coroutine<std::optional<std::string>> next_line(Ref<detail::Stream> stream);

    Ref<detail::Stream> stream_;
};
}  // namespace aio
