#include "tests/streams/run.hpp"

#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "tests/streams/bytes.hpp"
#include "tests/streams/errors.hpp"
#include "tests/streams/statements.hpp"

namespace streams {

namespace {

/// Looks for statements, and the functions they name, in all that is nested, wherever it is nested.
void require_supported(const Run& run, const Json& json) {
    if (json.is_object() && json.contains("op")) {
        const std::string& op = json["op"].get_ref<const std::string&>();
        if (!find_statement(op)) throw ProgramError{"no statement " + op};
        if (json.contains("fn")) run.function(json["fn"]);
        for (const Json& name : json.value("handlers", Json::array())) run.function(name);
    }
    if (json.is_structured())
        for (const Json& inner : json) require_supported(run, inner);
}

/// The entry of that name. Throws ProgramError where there is none.
template <class Map> auto& find(Map& map, const std::string& name, const char* what) {
    const auto found = map.find(name);
    if (found == map.end()) throw ProgramError{std::string("no ") + what + " " + name};
    return found->second;
}

}  // namespace

std::string Connection::data(const Json& data) {
    if (data.is_string()) return to_latin1(data.get_ref<const std::string&>());
    std::string bytes;
    if (data.is_array()) {
        for (const Json& part : data) bytes += this->data(part);
    } else if (data.contains("rep")) {
        const std::string repeated = to_latin1(data["rep"].get_ref<const std::string&>());
        for (int i = 0; i < data.at("times"); ++i) bytes += repeated;
    } else {
        bytes = counted(counter, data.at("n"));
        counter += bytes.size();
    }
    return bytes;
}

// ---- A lane

void Lane::log(const std::string& text) const {
    if (!quiet) say({{"lane", name}, {"line", text}});
}

Connection& Lane::connection(const Json& statement) const {
    return *find(scope.connections, statement.value("on", "c"), "connection");
}

aio::Task<>& Lane::task(const Json& statement) const { return find(scope.tasks, statement.at("what"), "task"); }

// ---- The run

Run::Run(const Json& order, Orders& orders)
    : id_(order.at("id")),
      role_(order.at("role")),
      folder_(order.at("dir")),
      tcp_(order.at("transport") == "tcp"),
      program_(order.at("program").value(role_, Json::object())),
      orders_(orders) {
    require_supported(*this, program_);
}

aio::Coroutine<void> Run::main() {
    struct Watch {
        explicit Watch(Run& run) {
            loop.add_reader(STDIN_FILENO, [&run] { run.on_stdin(); });
        }
        ~Watch() { loop.remove_reader(STDIN_FILENO); }
        aio::EventLoop& loop = aio::get_running_loop();
    };
    static const Json nothing = Json::array();
    const Watch watch(*this);
    take_events();
    const auto body = program_.find("main");
    const Lane lane{*this, role_, open_scope()};
    co_await whole(lane, body == program_.end() ? nothing : *body);
}

aio::Coroutine<void> Run::whole(Lane lane, const Json& body) {
    try {
        co_await run_block(lane, body);
    } catch (const Returned&) {
        // The end, as any other.
    } catch (const Raised& raised) {
        lane.log("end !" + describe(raised.error));
        if (lane.name == role_) co_return;
        std::rethrow_exception(raised.error);
    } catch (const aio::CancelledError&) {
        lane.log("end !CancelledError");
        throw;
    } catch (const ProgramError& error) {
        say({{"id", id_}, {"error", error.text}});
        co_return;
    }
    lane.log("end ok");
}

const Json& Run::function(const std::string& name) const {
    static const Json none = Json::object();
    const auto functions = program_.find("functions");
    const Json& named = functions == program_.end() ? none : *functions;
    const auto found = named.find(name);
    if (found == named.end()) throw ProgramError{"no function " + name};
    return *found;
}

std::string Run::path(const std::string& name) const { return name.starts_with('\0') ? name : folder_ + "/" + name; }

// ---- Events

void Run::on_stdin() {
    orders_.receive();
    if (orders_.ended()) std::_Exit(3);  // the harness is gone
    take_events();
}

void Run::take_events() {
    while (const auto order = orders_.take())
        if (order->contains("event") && order->value("id", Json()) == id_)
            happen(order->at("event"), order->value("value", Json()));
}

void Run::happen(const std::string& name, const Json& value) {
    Event& event = events_[name];
    event.value = value;
    event.happened.set();
}

aio::Coroutine<Json> Run::happened(std::string name) {
    Event& event = events_[name];
    co_await event.happened.wait();
    co_return event.value;
}

void Run::post(const std::string& name, const Json& value) {
    happen(name, value);
    say({{"id", id_}, {"event", name}, {"value", value}});
}

// ---- What is kept

Connection& Run::keep(aio::StreamReader reader, aio::StreamWriter writer, const Listening& server) {
    return connections_.emplace_back(Connection{std::move(reader), std::move(writer), server});
}

Listening& Run::server(const std::string& name) const { return *find(servers_, name, "server"); }

void Run::forget() {
    scopes_.clear();
    connections_.clear();
    listening_.clear();
}

}  // namespace streams
