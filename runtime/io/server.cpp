#include "runtime/io/server.hpp"
#include <cerrno>
#include <filesystem>
#include "runtime/io/getaddrinfo.hpp"
#include "runtime/tasks/sleep.hpp"

namespace aio {
using namespace std::chrono_literals;

namespace detail {
namespace {
constexpr Duration accept_retry_delay = 1s;  // asyncio's ACCEPT_RETRY_DELAY

// ACCEPT(2): errors of a connection that was lost before it was accepted; the next one may be sound.
bool concerns_one_connection(int error) {
    for (const int e :
         {EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH})
        if (e == error) return true;
    return false;
}
}  // namespace

// ---- One listening socket

void Listener::listen(int backlog) {
    if (::listen(fd(), backlog) < 0) {
        const int error = errno;
        throw_os_error(error, "listen at " + SocketAddress::bound_to(fd()).text());
    }
    backlog_ = std::max(backlog, 1);
}

void Listener::on_edge() noexcept {
    if (backlog_ > 0 && !pending()) loop_.ready().push_back(*this);
}

/// As CPython's, it accepts all that wait before any of them is served.
void Listener::run() noexcept {
    const Ref alive(&server_);  // what is called may close the server
    std::vector<Ref<Stream>> accepted;
    try {
        while (accepted.size() < static_cast<std::size_t>(backlog_)) {
            const Ref stream = accept();
            if (!stream) break;
            accepted.push_back(stream);
        }
        if (accepted.size() == static_cast<std::size_t>(backlog_)) loop_.ready().push_back(*this);  // there may be more
    } catch (...) {
        report({"Error on a new connection", std::current_exception()});
        loop_.ready().push_back(*this);
    }
    for (const Ref<Stream>& stream : accepted) {
        try {
            server_.connected(StreamReader(stream), StreamWriter(stream));
        } catch (...) { report({"Error on a new connection", std::current_exception()}); }
    }
}

/// Null: there is nothing to accept, or no descriptor for it.
Ref<Stream> Listener::accept() {
    sockaddr_storage address;
    socklen_t size = sizeof address;
    int connection, error;
    do {
        connection = ::accept4(fd(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        error = errno;
    } while (connection < 0 && concerns_one_connection(error));
    if (connection < 0 && error == EAGAIN) return nullptr;
    if (connection < 0) {
        arm(accept_retry_delay);
        report({"socket.accept() out of system resource",
                os_error(error, "accept at " + SocketAddress::bound_to(fd()).text())});
        return nullptr;
    }
    const Ref stream(new Stream(connection, {&address, size}, server_.options.limit, Ref<StreamOwner>(&server_)));
    ++server_.connections;
    return stream;
}

// ---- The server

ServerState::ServerState(Connected code, const ServerOptions& o) : connected(std::move(code)), options(o) {
    Tasks::current().composites.push_back(*this);
    retain();  // until close()
}

void ServerState::start_serving() {
    if (closed) throw RuntimeError("the server is closed");
    if (std::exchange(serving, true)) return;
    for (const auto& listener : listeners) listener->listen(options.backlog);
}

void ServerState::close() {
    if (closed) return;
    loop.require_own_thread();
    closed = true;
    ListHook<Composite>::unlink();
    for (const auto& listener : listeners) listener->close();
    serving = false;
    if (serving_forever) serving_forever->cancel();
    if (connections == 0) waiters.wake_all();
    release();
}

// ---- How one is made

namespace {
/// A bound socket, owned by the server; not listening yet.
void bind(ServerState& server, const SocketAddress& address) {
    const std::string operation = "error while attempting to bind on address " + address.text();
    const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) throw_os_error(errno, operation);
    auto listener = std::make_unique<Listener>(server, fd);
    const auto set = [&](int level, int option) {
        const int on = 1;
        if (setsockopt(fd, level, option, &on, sizeof on) < 0) throw_os_error(errno, operation);
    };
    if (address.family() != AF_UNIX) set(SOL_SOCKET, SO_REUSEADDR);
    if (server.options.reuse_port) set(SOL_SOCKET, SO_REUSEPORT);
    // An IPv6 socket would take IPv4 connections as well, and the port would be in use twice.
    if (address.family() == AF_INET6) set(IPPROTO_IPV6, IPV6_V6ONLY);
    if (::bind(fd, address.data(), address.size()) < 0) throw_os_error(errno, operation);
    server.listeners.push_back(std::move(listener));
}

/// Binds to those of the addresses that this machine has: a name may have an IPv6 address where there is no IPv6.
/// Throws if it has none of them.
void bind_all(ServerState& server, const std::vector<SocketAddress>& addresses) {
    std::exception_ptr missing;
    for (const SocketAddress& address : addresses) {
        try {
            bind(server, address);
        } catch (const OSError& error) {
            if (error.code().value() != EAFNOSUPPORT && error.code().value() != EADDRNOTAVAIL) throw;
            missing = std::current_exception();
        }
    }
    if (server.listeners.empty()) std::rethrow_exception(missing);
}

Coroutine<Server> serve(Connected connected, std::vector<SocketAddress> addresses, ServerOptions options) {
    if (options.limit == 0) throw ValueError("Limit cannot be <= 0");
    const Ref state(new ServerState(std::move(connected), options));
    try {
        bind_all(*state, addresses);
        if (options.start_serving) state->start_serving();
    } catch (...) {
        state->close();
        throw;
    }
    if (options.start_serving) co_await sleep(0s);
    co_return Server(state);
}
}  // namespace

Coroutine<Server> listen_tcp(Connected connected, std::string host, Port port, ServerOptions options) {
    const AddressQuery query{.family = options.family, .passive = true};
    auto addresses = co_await getaddrinfo(std::move(host), port, query);
    co_return co_await serve(std::move(connected), std::move(addresses), options);
}

Coroutine<Server> listen_unix(Connected connected, std::string path, ServerOptions options) {
    std::vector<SocketAddress> addresses(1, SocketAddress::of_path(path));
    std::error_code ignored;
    if (!path.starts_with('\0') && std::filesystem::is_socket(path, ignored)) std::filesystem::remove(path, ignored);
    co_return co_await serve(std::move(connected), std::move(addresses), options);
}
}  // namespace detail

// ---- The handle

Coroutine<void> Server::start_serving() {
    state_->start_serving();
    co_await sleep(0s);
}

Coroutine<void> Server::serve_forever() {
    const Ref state = state_;
    if (state->serving_forever) throw RuntimeError("the server is already being awaited on serve_forever()");
    state->start_serving();
    state->serving_forever.emplace();
    const Future<> until_cancelled = *state->serving_forever;
    try {
        co_await until_cancelled;
    } catch (const CancelledError&) {
        state->serving_forever = std::nullopt;
        state->close();  // and wait_closed() returns at once then
        throw;
    }
}

std::vector<SocketAddress> Server::sockets() const {
    std::vector<SocketAddress> addresses;
    for (const auto& listener : state_->listeners)
        if (!state_->closed) addresses.push_back(SocketAddress::bound_to(listener->fd()));
    return addresses;
}

Coroutine<void> Server::wait_closed() {
    const Ref state = state_;
    if (state->closed) co_return;
    detail::QueuedWaiter waiter(state->waiters);
    co_await waiter;
}
}  // namespace aio
