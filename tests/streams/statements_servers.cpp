// Servers, and the lanes of those whom they accept.
#include <algorithm>

#include "tests/streams/addresses.hpp"
#include "tests/streams/statements.hpp"

namespace streams {

namespace {

aio::ServerOptions server_options(const Json& st) {
    aio::ServerOptions options;
    options.limit = st.value("limit", options.limit);
    options.backlog = st.value("backlog", options.backlog);
    options.start_serving = st.value("start_serving", options.start_serving);
    options.family = family(st);
    return options;
}

/// Of one `listen`: gives each connection its lane.
struct Acceptor {
    Run& run;
    const Json& st;
    Listening& listening;

    aio::Coroutine<void> whole_lane(aio::StreamReader reader, aio::StreamWriter writer) const {
        Scope& scope = run.open_scope();
        scope.connections["c"] = &run.keep(std::move(reader), std::move(writer), listening);
        const std::size_t number = ++listening.accepted;
        const std::string name = st["as"].get<std::string>() + "." + std::to_string(number);
        const Json& handlers = st.at("handlers");
        const Json& body = run.function(handlers.at(std::min(number, handlers.size()) - 1));
        return run.whole(Lane{run, name, scope, st.value("quiet", false)}, body);
    }

    /// The handler as a coroutine function.
    auto coroutine() const {
        return [*this](aio::StreamReader reader, aio::StreamWriter writer) -> aio::Coroutine<void> {
            co_await whole_lane(std::move(reader), std::move(writer));
        };
    }

    /// As a plain function, which does what `kind` says.
    auto plain(const std::string& kind) const {
        return [*this, kind](aio::StreamReader reader, aio::StreamWriter writer) {
            aio::Coroutine<void> lane = whole_lane(std::move(reader), std::move(writer));
            if (kind == "raise") throw aio::ValueError("no");
            if (kind == "close") listening.server.value().close();
            aio::create_task(std::move(lane));
        };
    }
};

aio::Coroutine<aio::Server> start(const Run& run, const Json& st, const auto& handler) {
    if (!run.tcp()) return aio::start_unix_server(handler, run.path(st.value("path", st["as"])), server_options(st));
    const int port = st.contains("port_of") ? run.server(st["port_of"]).place.get<int>() : 0;
    return aio::start_server(handler, st.value("host", "127.0.0.1"), port, server_options(st));
}

aio::Coroutine<std::string> listen(Lane& lane, const Json& st) {
    Run& run = lane.run;
    const std::string name = st.at("as");
    Listening& listening = run.keep(Listening());
    const Acceptor acceptor{run, st, listening};
    auto starting =
        st.contains("plain") ? start(run, st, acceptor.plain(st["plain"])) : start(run, st, acceptor.coroutine());
    listening.server = co_await starting;
    listening.place = st.value("path", name);
    if (run.tcp()) listening.place = listening.server->sockets().at(0).port();
    run.name_server(name, listening);
    run.post(st.value("announce", name), listening.place);
    co_return "ok";
}

Listening& listening_of(const Lane& lane, const Json& st) { return lane.run.server(st.at("what")); }
aio::Server& server_of(const Lane& lane, const Json& st) { return listening_of(lane, st).server.value(); }

void close_server(Lane& lane, const Json& st) { server_of(lane, st).close(); }

std::string is_serving(Lane& lane, const Json& st) { return server_of(lane, st).is_serving() ? "True" : "False"; }

aio::Coroutine<std::string> server_wait_closed(Lane& lane, const Json& st) {
    co_await server_of(lane, st).wait_closed();
    co_return "ok";
}

aio::Coroutine<std::string> start_serving(Lane& lane, const Json& st) {
    co_await server_of(lane, st).start_serving();
    co_return "ok";
}

aio::Coroutine<std::string> serve_forever(Lane& lane, const Json& st) {
    co_await server_of(lane, st).serve_forever();
    co_return "ok";
}

aio::Coroutine<std::string> with_server(Lane& lane, const Json& st) {
    const auto block = [&] { return run_block(lane, st.at("body")); };
    co_await aio::with(server_of(lane, st), block);
    co_return "ok";
}

std::string sockets(Lane& lane, const Json& st) {
    std::vector<std::string> names;
    for (const aio::SocketAddress& address : server_of(lane, st).sockets())
        names.push_back(show(address, listening_of(lane, st), "other"));
    std::sort(names.begin(), names.end());
    std::string text = std::to_string(names.size());
    for (const std::string& name : names) text += " " + name;
    return text;
}

}  // namespace

Statements server_statements() {
    return {
        {"listen", later<listen>()},
        {"close_server", now<close_server>()},
        {"server_wait_closed", later<server_wait_closed>()},
        {"start_serving", later<start_serving>()},
        {"serve_forever", later<serve_forever>()},
        {"is_serving", now<is_serving>()},
        {"sockets", now<sockets>()},
        {"with_server", unlogged<with_server>()},
    };
}

}  // namespace streams
