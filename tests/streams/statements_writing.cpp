// What writes, and what ends a connection.
#include <sys/socket.h>

#include "tests/streams/addresses.hpp"
#include "tests/streams/statements.hpp"

namespace streams {

namespace {

aio::StreamWriter& writer_of(const Lane& lane, const Json& st) { return lane.connection(st).writer; }

std::string yes_or_no(bool answer) { return answer ? "True" : "False"; }

void write(Lane& lane, const Json& st) {
    Connection& connection = lane.connection(st);
    connection.writer.write(connection.data(st.at("data")));
}

void writelines(Lane& lane, const Json& st) {
    Connection& connection = lane.connection(st);
    std::vector<std::string> pieces;
    for (const Json& data : st.at("data")) pieces.push_back(connection.data(data));
    connection.writer.writelines(pieces);
}

aio::Coroutine<void> pump(Lane& lane, const Json& st) {
    Connection& connection = lane.connection(st);
    const std::string data = connection.data(st.at("data"));
    const std::size_t each = st.at("each");
    const auto limit = st.contains("ms") ? std::optional(milliseconds(st["ms"])) : std::nullopt;
    const auto drain = [&]() -> aio::Coroutine<void> { co_await connection.writer.drain(); };
    for (std::size_t start = 0; start < data.size(); start += each) {
        connection.writer.write(std::string_view(data).substr(start, each));
        try {
            co_await aio::with(aio::timeout(limit), drain);
        } catch (const aio::TimeoutError&) {
            // Then more is kept.
        }
    }
}

aio::Coroutine<std::string> drain(Lane& lane, const Json& st) {
    co_await writer_of(lane, st).drain();
    co_return "ok";
}

aio::Coroutine<std::string> wait_closed(Lane& lane, const Json& st) {
    co_await writer_of(lane, st).wait_closed();
    co_return "ok";
}

void write_eof(Lane& lane, const Json& st) { writer_of(lane, st).write_eof(); }
void close(Lane& lane, const Json& st) { writer_of(lane, st).close(); }
void set_limits(Lane& lane, const Json& st) { writer_of(lane, st).set_write_buffer_limits(st.at("high")); }
std::string is_closing(Lane& lane, const Json& st) { return yes_or_no(writer_of(lane, st).is_closing()); }
std::string can_write_eof(Lane& lane, const Json& st) { return yes_or_no(writer_of(lane, st).can_write_eof()); }

std::string extra(Lane& lane, const Json& st) {
    const Connection& connection = lane.connection(st);
    const std::string name = st.at("name");
    const auto address = connection.writer.get_extra_info(name);
    return name + " " + (address ? show(*address, connection.server, "client") : "None");
}

aio::Coroutine<void> abort(Lane& lane, const Json& st) {
    aio::StreamWriter& writer = writer_of(lane, st);
    constexpr linger at_once{.l_onoff = 1, .l_linger = 0};
    if (setsockopt(find_socket(writer), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) < 0)
        aio::throw_errno("abort: setsockopt");
    writer.close();
    co_await writer.wait_closed();
}

}  // namespace

Statements writing_statements() {
    return {
        {"write", now<write>()},
        {"writelines", now<writelines>()},
        {"pump", later<pump>()},
        {"drain", later<drain>()},
        {"write_eof", now<write_eof>()},
        {"close", now<close>()},
        {"wait_closed", later<wait_closed>()},
        {"set_limits", now<set_limits>()},
        {"is_closing", now<is_closing>()},
        {"can_write_eof", now<can_write_eof>()},
        {"extra", now<extra>()},
        {"abort", later<abort>()},
    };
}

}  // namespace streams
