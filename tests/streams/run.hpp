// One end of one program while it is played: its lanes, connections, servers, events.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "runtime/aio.hpp"
#include "tests/streams/orders.hpp"

namespace streams {

/// Somebody who listens, at this end or at the other one.
struct Listening {
    Json place{};  ///< its port, or its path in the folder
    std::optional<aio::Server> server{};
    std::size_t accepted = 0;
};

struct Connection {
    aio::StreamReader reader;
    aio::StreamWriter writer;
    const Listening& server;  ///< who has accepted it
    std::size_t counter = 0;  ///< how much of the counter's content was written

    /// The bytes that DATA means, SPEC 2.
    std::string data(const Json& data);
};

/// The names that a lane shares with those it spawns.
struct Scope {
    std::map<std::string, Connection*> connections{};
    std::map<std::string, aio::Task<>> tasks{};
};

/// A task of the program: its name in the log, and the names it sees.
struct Lane {
    class Run& run;
    std::string name;
    Scope& scope;
    bool quiet = false;

    void log(const std::string& text) const;
    /// Those that a statement names by `on` and by `what`. Throw ProgramError where there is none of that name.
    Connection& connection(const Json& statement) const;
    aio::Task<>& task(const Json& statement) const;
};

class Run {
  public:
    /// `order`: the object that `run` holds. Throws ProgramError, or what Json throws.
    Run(const Json& order, Orders& orders);

    /// Plays main; while it does, takes events from stdin.
    aio::Coroutine<void> main();
    /// All of a lane: main, the handler of a connection, or a spawned function.
    aio::Coroutine<void> whole(Lane lane, const Json& body);
    const Json& function(const std::string& name) const;

    bool tcp() const noexcept { return tcp_; }
    /// A name in the program's folder; an abstract one, which begins with '\0', is taken as it is.
    std::string path(const std::string& name) const;

    // Events of both ends.
    /// Waits until it has happened; returns the value it was posted with.
    aio::Coroutine<Json> happened(std::string event);
    void post(const std::string& event, const Json& value = nullptr);

    // What is kept to the end of the run, whether anybody uses it or not.
    Connection& keep(aio::StreamReader reader, aio::StreamWriter writer, const Listening& server);
    Listening& keep(Listening listening) { return listening_.emplace_back(std::move(listening)); }
    Scope& open_scope() { return scopes_.emplace_back(); }
    void name_server(const std::string& name, Listening& listening) { servers_[name] = &listening; }
    /// Throws ProgramError where there is none of that name.
    Listening& server(const std::string& name) const;
    /// Lets go of all that was kept.
    void forget();
  private:
    struct Event {
        aio::Event happened;
        Json value;
    };
    void on_stdin();
    void take_events();
    void happen(const std::string& event, const Json& value);

    const Json id_;
    const std::string role_, folder_;
    const bool tcp_;
    const Json program_;  // of this end
    Orders& orders_;
    std::map<std::string, Event> events_;
    std::map<std::string, Listening*> servers_;
    std::deque<Listening> listening_;
    std::deque<Connection> connections_;
    std::deque<Scope> scopes_;
};

}  // namespace streams
