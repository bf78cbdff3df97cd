#include "runtime/io/stream_reader.hpp"

namespace aio {
IncompleteReadError::IncompleteReadError(std::string what_came, std::optional<std::size_t> asked)
    : std::runtime_error(std::to_string(what_came.size()) + " bytes read on a total of " +
                         (asked ? std::to_string(*asked) : "undefined") + " expected bytes"),
      partial(std::move(what_came)),
      expected(asked) {}

namespace detail {
namespace {
void require_no_other_reader(const Stream& stream, const char* function) {
    if (stream.reader)
        throw RuntimeError(std::string(function) +
                           "() called while another coroutine is already waiting for incoming data");
}

Arrival more(Stream& stream, const char* function) {
    require_no_other_reader(stream, function);
    return Arrival(stream);
}
}  // namespace

void Arrival::await_suspend(std::coroutine_handle<>) {
    TaskState& task = TaskState::current();
    ImmediateCompletions::start_again();
    if (arrived_) return task.suspend_for_a_turn();
    stream_->reader = &task;
    task.suspend_until(*this);
}

void Arrival::await_resume() {
    resumed();
    if (std::exchange(cancelled_, false)) throw CancelledError();
    stream_->throw_error();
}

void Read::await_suspend(std::coroutine_handle<> awaiting) {
    if (!has_arrived()) require_no_other_reader(*stream_, "read");
    Arrival::await_suspend(awaiting);
}

std::string Read::await_resume() {
    Arrival::await_resume();
    return stream_->input.take(most_);
}
}  // namespace detail

Coroutine<std::string> StreamReader::read_all(Ref<detail::Stream> stream) {
    std::string all;
    while (true) {
        const std::string some = co_await detail::Read(*stream, stream->limit());
        if (some.empty()) break;
        all += some;
    }
    co_return all;
}

// ---- A number of bytes

bool StreamReader::has_exactly(detail::Stream& stream, std::size_t count) {
    if (stream.input.empty() && count > 0) stream.receive_if_readable();
    stream.throw_error();
    return stream.input.size() >= count && detail::ImmediateCompletions::allow_one();
}

Coroutine<std::string> StreamReader::exactly_slowly(Ref<detail::Stream> stream, std::size_t count) {
    if (detail::ImmediateCompletions::spent()) co_await detail::ImmediateCompletions::take_a_turn();
    while (stream->input.size() < count) {
        if (stream->eof()) throw IncompleteReadError(stream->input.take(count), count);
        co_await detail::more(*stream, "readexactly");
    }
    co_return stream->input.take(count);
}

// ---- Up to a separator

namespace {
/// CPython's readuntil between two waits: the separator's place once it has come. `offset`: so many bytes at the front
/// hold none, for who asks again.
std::optional<std::size_t> find(const detail::Stream& stream, std::string_view separator, std::size_t& offset) {
    const std::string_view bytes = stream.input.view();
    if (bytes.size() - offset < separator.size()) return std::nullopt;
    const std::size_t found = bytes.find(separator, offset);
    if (found == bytes.npos) {
        offset = bytes.size() + 1 - separator.size();
        if (offset > stream.limit())
            throw LimitOverrunError("Separator is not found, and chunk exceed the limit", offset);
        return std::nullopt;
    }
    if (found > stream.limit()) throw LimitOverrunError("Separator is found, but chunk is longer than limit", found);
    return found;
}
}  // namespace

bool StreamReader::has_separator(detail::Stream& stream, std::string_view separator) {
    if (separator.empty()) throw ValueError("Separator should be at least one-byte string");
    if (stream.input.empty()) stream.receive_if_readable();
    stream.throw_error();
    return stream.input.view().find(separator) <= stream.limit() && detail::ImmediateCompletions::allow_one();
}

std::string StreamReader::take_until(detail::Stream& stream, std::string_view separator) {
    return stream.input.take(stream.input.view().find(separator) + separator.size());
}

Coroutine<std::string> StreamReader::until_slowly(Ref<detail::Stream> stream, std::string_view separator) {
    if (detail::ImmediateCompletions::spent()) co_await detail::ImmediateCompletions::take_a_turn();
    std::size_t offset = 0;
    while (true) {
        if (const auto found = find(*stream, separator, offset))
            co_return stream->input.take(*found + separator.size());
        if (stream->eof()) throw IncompleteReadError(stream->input.take(stream->input.size()), std::nullopt);
        co_await detail::more(*stream, "readuntil");
    }
}

Coroutine<std::string> StreamReader::line_slowly(Ref<detail::Stream> stream) {
    try {
        co_return co_await until_slowly(stream, "\n");
    } catch (IncompleteReadError& error) {
        co_return std::move(error.partial);
    } catch (const LimitOverrunError& error) {
        const bool found = stream->input.view().substr(error.consumed).starts_with('\n');
        stream->input.drop(found ? error.consumed + 1 : stream->input.size());
        throw ValueError(error.what());
    }
}

Coroutine<std::optional<std::string>> StreamReader::next_line(Ref<detail::Stream> stream) {
    std::string line = co_await StreamReader(stream).readline();
    if (line.empty()) co_return std::nullopt;
    co_return line;
}
}  // namespace aio
