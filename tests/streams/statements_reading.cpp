// What reads.
#include <limits>

#include "tests/streams/bytes.hpp"
#include "tests/streams/errors.hpp"
#include "tests/streams/statements.hpp"

namespace streams {

namespace {

const aio::StreamReader& reader_of(const Lane& lane, const Json& st) { return lane.connection(st).reader; }

std::string separator(const Json& st) { return to_latin1(st.at("sep").get_ref<const std::string&>()); }

std::size_t total(const Json& st) { return st.value("total", std::numeric_limits<std::size_t>::max()); }

aio::Coroutine<std::string> read(Lane& lane, const Json& st) {
    const aio::StreamReader& reader = reader_of(lane, st);
    if (st.contains("n")) co_return show(co_await reader.read(st["n"].get<std::size_t>()));
    co_return show(co_await reader.read());
}

aio::Coroutine<std::string> readexactly(Lane& lane, const Json& st) {
    co_return show(co_await reader_of(lane, st).readexactly(st.at("n")));
}

aio::Coroutine<std::string> readline(Lane& lane, const Json& st) {
    co_return show(co_await reader_of(lane, st).readline());
}

aio::Coroutine<std::string> readuntil(Lane& lane, const Json& st) {
    co_return show(co_await reader_of(lane, st).readuntil(separator(st)));
}

aio::Coroutine<std::string> next(Lane& lane, const Json& st) {
    const auto line = co_await reader_of(lane, st).next();
    co_return line ? show(*line) : "None";
}

aio::Coroutine<std::string> lines(Lane& lane, const Json& st) {
    const aio::StreamReader& reader = reader_of(lane, st);
    const bool whole = st.value("whole", false);
    std::size_t count = 0;
    std::string all;
    while (const auto line = co_await reader.next()) {
        ++count;
        all += *line;
        if (!whole) lane.log("line " + show(*line));
    }
    co_return std::to_string(count) + (whole ? " " + show(all) : "");
}

aio::Coroutine<std::string> gulp(Lane& lane, const Json& st) {
    const aio::StreamReader& reader = reader_of(lane, st);
    const std::size_t n = st.at("n"), all = total(st);
    std::string got;
    while (got.size() < all) {
        const std::string some = co_await reader.read(std::min(n, all - got.size()));
        if (some.empty()) break;
        got += some;
    }
    co_return show(got);
}

aio::Coroutine<std::string> echo(Lane& lane, const Json& st) {
    Connection& connection = lane.connection(st);
    const std::size_t n = st.at("n");
    std::size_t length = 0;
    std::uint32_t crc = 0;
    while (true) {
        const std::string some = co_await connection.reader.read(n);
        if (some.empty()) break;
        length += some.size();
        crc = crc32(some, crc);
        connection.writer.write(some);
        co_await connection.writer.drain();
    }
    co_return show_sum(length, crc);
}

aio::Coroutine<std::string> prefix(Lane& lane, const Json& st) {
    const aio::StreamReader& reader = reader_of(lane, st);
    const std::size_t n = st.at("n");
    std::string got;
    try {
        while (true) {
            const std::string some = co_await reader.read(n);
            if (some.empty()) break;
            got += some;
        }
    } catch (const aio::ConnectionError&) {
        // What has come until then counts.
    }
    co_return got == counted(0, got.size()) ? "True" : "False";
}

std::string at_eof(Lane& lane, const Json& st) { return reader_of(lane, st).at_eof() ? "True" : "False"; }

std::string exception(Lane& lane, const Json& st) { return describe(reader_of(lane, st).exception()); }

// ---- Reads that are given up again and again, and must lose nothing by it

/// One of them, where `left` bytes are still to come.
aio::Coroutine<std::string> read_some(const aio::StreamReader& reader, const Json& st, std::size_t left) {
    const std::string& how = st.at("how").get_ref<const std::string&>();
    if (how == "readline") co_return co_await reader.readline();
    if (how == "readuntil") co_return co_await reader.readuntil(separator(st));
    const std::size_t n = std::min(st.at("n").get<std::size_t>(), left);
    if (how == "readexactly") co_return co_await reader.readexactly(n);
    co_return co_await reader.read(n);
}

// Three ways to give it up: what it has read, or "" when the time was over first.

aio::Coroutine<std::string> by_timeout(aio::Coroutine<std::string> reading, aio::Duration limit) {
    std::string got;
    const auto block = [&]() -> aio::Coroutine<void> { got = co_await std::move(reading); };
    try {
        co_await aio::with(aio::timeout(limit), block);
    } catch (const aio::TimeoutError&) {
        // The next one may have more time.
    }
    co_return got;
}

aio::Coroutine<std::string> by_wait_for(aio::Coroutine<std::string> reading, aio::Duration limit) {
    try {
        co_return co_await aio::wait_for(std::move(reading), limit);
    } catch (const aio::TimeoutError&) { co_return ""; }
}

aio::Coroutine<std::string> by_cancel(aio::Coroutine<std::string> reading, aio::Duration limit) {
    const aio::Task<std::string> task = aio::create_task(std::move(reading));
    const std::vector tasks{task};
    co_await aio::wait(tasks, aio::ALL_COMPLETED, limit);
    task.cancel();
    co_await aio::wait(tasks);
    if (task.cancelled()) co_return "";
    co_return task.result();  // it counts, even if it came together with the limit
}

aio::Coroutine<std::string> harvest(Lane& lane, const Json& st) {
    const aio::StreamReader& reader = reader_of(lane, st);
    const std::string& by = st.at("by").get_ref<const std::string&>();
    const auto give_up = by == "timeout" ? by_timeout : by == "wait_for" ? by_wait_for : by_cancel;
    const Json& limits = st.at("ms");
    std::string got;
    for (std::size_t turn = 0; got.size() < total(st); ++turn) {
        const aio::Duration limit = milliseconds(limits.at(turn % limits.size()));
        got += co_await give_up(read_some(reader, st, total(st) - got.size()), limit);
    }
    co_return show(got);
}

}  // namespace

Statements reading_statements() {
    return {
        {"read", later<read>()},         {"readexactly", later<readexactly>()},
        {"readline", later<readline>()}, {"readuntil", later<readuntil>()},
        {"next", later<next>()},         {"lines", later<lines>()},
        {"gulp", later<gulp>()},         {"echo", later<echo>()},
        {"prefix", later<prefix>()},     {"harvest", later<harvest>()},
        {"at_eof", now<at_eof>()},       {"exception", now<exception>()},
    };
}

}  // namespace streams
