// StreamReader: what arrives on a connection.
#pragma once
#include "runtime/io/arrival.hpp"

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

/// asyncio.StreamReader. A handle, moved and copied freely. One task reads at a time: a second that would have to wait
/// gets RuntimeError. All reads throw what broke the connection, such as ConnectionResetError. A read that is cancelled
/// takes nothing: what has arrived is there for the next one.
class StreamReader {
  public:
    explicit StreamReader(Ref<detail::Stream> stream) noexcept : stream_(std::move(stream)) {}

    /// At least one byte and at most `most`, as soon as there are some; "" at the end.
    detail::Read read(std::size_t most) const noexcept { return {*stream_, most}; }
    /// All that comes until the end.
    Coroutine<std::string> read() const;
    /// `count` bytes. Throws IncompleteReadError if the end comes first.
    Coroutine<std::string> readexactly(std::size_t count) const;
    /// Up to and with the separator. Throws IncompleteReadError if the end comes first, LimitOverrunError if more than
    /// the limit of the stream comes first, ValueError if `separator` is empty.
    Coroutine<std::string> readuntil(std::string_view separator = "\n") const;
    /// A line with its "\n"; without it at the end, and then "". Throws ValueError if the line is longer than the limit
    /// of the stream; it is thrown away then.
    Coroutine<std::string> readline() const;
    /// The lines up to the end: `while (auto line = co_await reader.next())`. Python: `async for line in reader`.
    Coroutine<std::optional<std::string>> next() const;

    /// The end was seen by a read, and nothing is left to read.
    bool at_eof() const noexcept { return stream_->eof() && stream_->input.empty(); }
    /// What broke the connection; null if nothing did.
    std::exception_ptr exception() const noexcept { return stream_->error(); }
  private:
    Ref<detail::Stream> stream_;
};
}  // namespace aio
