// start_server(): who listens, and has a task made for each connection.
#pragma once
#include <functional>
#include "runtime/io/open_connection.hpp"
#include "runtime/tasks/waiting.hpp"

namespace aio {
struct ServerOptions {
    /// Of the readers, as for open_connection().
    std::size_t limit = detail::Stream::default_limit;
    /// How many connections the kernel keeps until they are accepted. listen(2)
    int backlog = 100;
    bool reuse_port = false;
    bool start_serving = true;
    int family = AF_UNSPEC;
};

namespace detail {
struct ServerState;
using Connected = std::function<void(StreamReader, StreamWriter)>;

/// One listening socket. It accepts all there are at an edge; when the process has no descriptors left it rests, and is
/// a timer.
class Listener final : public Descriptor, private ScopedTimer {
  public:
    Listener(ServerState& server, int fd) : Descriptor(get_running_loop(), fd), server_(server) {}
    void listen(int backlog);
    bool awaited() const noexcept override { return backlog_ > 0; }
  private:
    void on_edge() noexcept override;
    void on_close() noexcept override { disarm(); }
    void run() noexcept override;
    Ref<Stream> accept();

    ServerState& server_;
    int backlog_ = 0;  // until it listens
};

/// It keeps itself alive while it is open, and its connections keep it: it owns the code that serves them.
struct ServerState final : StreamOwner, Composite {
    ServerState(Connected connected, const ServerOptions& options);
    void start_serving();
    void close();
    void dissolve() noexcept override { close(); }
    void stream_is_lost() noexcept override {
        if (--connections == 0 && closed) waiters.wake_all();
    }

    EventLoop& loop = get_running_loop();
    const Connected connected;
    const ServerOptions options;
    std::vector<std::unique_ptr<Listener>> listeners;
    std::size_t connections = 0;
    bool serving = false;
    bool closed = false;
    std::optional<Future<>> serving_forever;  ///< what serve_forever() waits for
    WaiterQueue waiters;                      ///< those in wait_closed()
};
}  // namespace detail

/// asyncio.Server. A handle; the server itself lives until close() or the end of the loop. Usable with with(), which
/// closes it.
class [[nodiscard]] Server {
  public:
    explicit Server(Ref<detail::ServerState> state) noexcept : state_(std::move(state)) {}

    /// Begins to accept connections, if that has not begun. Throws RuntimeError if the server is closed.
    Coroutine<void> start_serving();
    /// The same, and waits until this task is cancelled; the server is closed then. Throws RuntimeError if the server
    /// is closed already, or somebody waits here.
    Coroutine<void> serve_forever();
    bool is_serving() const noexcept { return state_->serving; }
    /// Where it listens; nowhere once it is closed.
    std::vector<SocketAddress> sockets() const;
    /// Listens no more. Connections that were accepted stay open. Throws RuntimeError in a wrong thread.
    void close() { state_->close(); }
    /// Waits until it is closed and its last connection is gone; returns at once if it is closed already, as in 3.11.
    Coroutine<void> wait_closed();

    // For with().
    Coroutine<void> aenter() { co_return; }
    Coroutine<void> aexit(std::exception_ptr) {
        close();
        co_await wait_closed();
    }
  private:
    Ref<detail::ServerState> state_;
};

namespace detail {
template <class F> Connected make_connected(F&& handler) {
    static_assert(safe_callable<F>, "g++ 12 destroys such a temporary twice: give it a name first");
    using R = std::invoke_result_t<std::decay_t<F>&, StreamReader, StreamWriter>;
    return [handler = std::decay_t<F>(std::forward<F>(handler))](StreamReader reader, StreamWriter writer) mutable {
        if constexpr (is_coroutine<R>)
            create_task(handler(std::move(reader), std::move(writer)));
        else
            handler(std::move(reader), std::move(writer));
    };
}
Coroutine<Server> listen_tcp(Connected connected, std::string host, Port port, ServerOptions options);
Coroutine<Server> listen_unix(Connected connected, std::string path, ServerOptions options);
}  // namespace detail

/// `auto server = co_await aio::start_server(handle, "127.0.0.1", 8080);`  Calls `handler(reader, writer)` for each
/// connection; a coroutine is made a task. A task's exception that nobody retrieves is reported. An empty host is every
/// address of this machine, port 0 one that is free. Of the addresses of a host those are left out that this machine
/// does not have, IPv6 ones in most cases. Throws gaierror, or OSError that names the address, such as PermissionError;
/// nothing is listened at then. `handler` is copied, and lives as long as its connections.
template <class F>
Coroutine<Server> start_server(F&& handler, std::string host, Port port, ServerOptions options = {}) {
    return detail::listen_tcp(detail::make_connected(std::forward<F>(handler)), std::move(host), port, options);
}

/// The same at a unix socket. A socket that lies at `path` already is removed first, as in asyncio; ours stays there.
/// Throws what opening a file throws, such as FileNotFoundError for a folder that is missing.
template <class F> Coroutine<Server> start_unix_server(F&& handler, std::string path, ServerOptions options = {}) {
    return detail::listen_unix(detail::make_connected(std::forward<F>(handler)), std::move(path), options);
}
}  // namespace aio
