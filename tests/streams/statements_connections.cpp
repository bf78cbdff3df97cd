// How connections are made.
#include "tests/streams/addresses.hpp"
#include "tests/streams/statements.hpp"

namespace streams {

namespace {

aio::ConnectionOptions connection_options(const Json& st) {
    aio::ConnectionOptions options;
    options.limit = st.value("limit", options.limit);
    options.family = family(st);
    if (st.contains("eyeballs")) options.happy_eyeballs_delay = milliseconds(st["eyeballs"]);
    return options;
}

/// To a port or a path.
aio::Coroutine<aio::Connection> open(const Run& run, const Json& place, const Json& st) {
    if (run.tcp()) return aio::open_connection(st.value("host", "127.0.0.1"), place.get<int>(), connection_options(st));
    return aio::open_unix_connection(run.path(place), connection_options(st));
}

aio::Coroutine<std::string> connect(Lane& lane, const Json& st) {
    Listening server{st.value("path", Json())};
    if (st.contains("to")) {
        const Json posted = co_await lane.run.happened(st["to"]);
        if (server.place.is_null()) server.place = posted;
    }
    auto [reader, writer] = co_await open(lane.run, server.place, st);
    lane.scope.connections[st.value("as", "c")] = &lane.run.keep(reader, writer, lane.run.keep(server));
    co_return "ok";
}

/// Whoever is not connected in time gives up.
aio::Coroutine<std::string> hasty(Lane& lane, const Json& st) {
    const Json place = co_await lane.run.happened(st.at("to"));
    const Json& limits = st.at("ms");
    const std::size_t times = st.at("times");
    for (std::size_t turn = 0; turn < times; ++turn) {
        std::optional<aio::Connection> made;
        const auto block = [&]() -> aio::Coroutine<void> { made = co_await open(lane.run, place, st); };
        try {
            co_await aio::with(aio::timeout(milliseconds(limits.at(turn % limits.size()))), block);
        } catch (const aio::TimeoutError&) { continue; }
        made->second.close();
        co_await made->second.wait_closed();
    }
    co_return "ok";
}

}  // namespace

Statements connection_statements() { return {{"connect", later<connect>()}, {"hasty", later<hasty>()}}; }

}  // namespace streams
