#include "runtime/io/stream_reader.hpp"

namespace aio {
IncompleteReadError::IncompleteReadError(std::string what_came, std::optional<std::size_t> asked)
    : std::runtime_error(std::to_string(what_came.size()) + " bytes read on a total of " +
                         (asked ? std::to_string(*asked) : "undefined") + " expected bytes"),
      partial(std::move(what_came)),
      expected(asked) {}

namespace {
using detail::Arrival, detail::Stream;

Coroutine<std::string> read_all(Ref<Stream> stream) {
    std::string all;
    while (true) {
        const std::string some = co_await detail::Read(*stream, stream->limit());
        if (some.empty()) break;
        all += some;
    }
    co_return all;
}

Coroutine<std::string> read_exactly(Ref<Stream> stream, std::size_t count) {
    stream->throw_error();
    while (stream->input.size() < count) {
        if (stream->eof()) throw IncompleteReadError(stream->take(count), count);
        co_await Arrival(*stream, "readexactly");
    }
    co_return stream->take(count);
}

/// CPython's, line by line.
Coroutine<std::string> read_until(Ref<Stream> stream, std::string separator) {
    if (separator.empty()) throw ValueError("Separator should be at least one-byte string");
    stream->throw_error();
    const detail::ByteQueue& input = stream->input;
    std::size_t offset = 0;  // so many bytes at the front hold no separator
    std::size_t found = 0;
    while ((found = input.view().find(separator, offset)) == std::string_view::npos) {
        offset = std::max(input.size() + 1, separator.size()) - separator.size();
        if (offset > stream->limit())
            throw LimitOverrunError("Separator is not found, and chunk exceed the limit", offset);
        if (stream->eof()) throw IncompleteReadError(stream->take(input.size()), std::nullopt);
        co_await Arrival(*stream, "readuntil");
    }
    if (found > stream->limit()) throw LimitOverrunError("Separator is found, but chunk is longer than limit", found);
    co_return stream->take(found + separator.size());
}

Coroutine<std::string> read_line(Ref<Stream> stream) {
    try {
        co_return co_await read_until(stream, "\n");
    } catch (IncompleteReadError& error) {
        co_return std::move(error.partial);
    } catch (const LimitOverrunError& error) {
        const bool found = stream->input.view().substr(error.consumed).starts_with('\n');
        stream->input.drop(found ? error.consumed + 1 : stream->input.size());
        throw ValueError(error.what());
    }
}

Coroutine<std::optional<std::string>> next_line(Ref<Stream> stream) {
    std::string line = co_await read_line(std::move(stream));
    if (line.empty()) co_return std::nullopt;
    co_return line;
}
}  // namespace

// They hold the stream, not the handle, which may be gone when they run.
Coroutine<std::string> StreamReader::read() const { return read_all(stream_); }
Coroutine<std::string> StreamReader::readexactly(std::size_t count) const { return read_exactly(stream_, count); }
Coroutine<std::string> StreamReader::readuntil(std::string_view separator) const {
    return read_until(stream_, std::string(separator));
}
Coroutine<std::string> StreamReader::readline() const { return read_line(stream_); }
Coroutine<std::optional<std::string>> StreamReader::next() const { return next_line(stream_); }
}  // namespace aio
