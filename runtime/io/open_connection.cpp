#include "runtime/io/open_connection.hpp"
#include <cerrno>
#include "runtime/io/getaddrinfo.hpp"
#include "runtime/tasks/wait.hpp"

namespace aio {
namespace {
/// connect(2), without blocking.
Coroutine<Connection> connect(SocketAddress address, std::size_t limit) {
    const std::string operation = "connect to " + address.text();
    const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) detail::throw_os_error(errno, operation);
    const Ref stream(new detail::Stream(fd, address, limit, nullptr));
    int error = 0;
    if (::connect(fd, address.data(), address.size()) < 0) error = errno;
    if (error == EINPROGRESS || error == EINTR) {  // interrupted, it goes on as well
        stream->set_connecting(true);
        co_await detail::Departure(*stream);
        socklen_t size = sizeof error;
        if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0) error = errno;
        if (!error) stream->set_connecting(false);
    }
    if (error) detail::throw_os_error(error, operation);
    co_return Connection(StreamReader(stream), StreamWriter(stream));
}

/// asyncio's error when all have failed: the only one, or one that names all.
[[noreturn]] void throw_all(const std::vector<std::exception_ptr>& errors) {
    std::string all;
    int code = 0;
    for (const std::exception_ptr& error : errors) {
        if (errors.size() == 1) std::rethrow_exception(error);
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& e) {
            const auto* const known = dynamic_cast<const OSError*>(&e);
            code = known ? known->code().value() : ETIMEDOUT;
            all += std::string(all.empty() ? "" : ", ") + e.what();
        }
    }
    throw OSError(code, std::system_category(), "Multiple exceptions: " + all);
}

std::vector<SocketAddress> interleave_families(const std::vector<SocketAddress>& addresses) {
    std::vector<SocketAddress> first, second, mixed;
    for (const SocketAddress& a : addresses) (a.family() == addresses.front().family() ? first : second).push_back(a);
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) mixed.push_back(first[i]);
        if (i < second.size()) mixed.push_back(second[i]);
    }
    return mixed;
}

Coroutine<Connection> one_after_the_other(std::vector<SocketAddress> addresses, std::size_t limit) {
    std::vector<std::exception_ptr> errors;
    for (const SocketAddress& address : addresses) {
        try {
            co_return co_await connect(address, limit);
        } catch (const std::exception&) { errors.push_back(std::current_exception()); }
    }
    throw_all(errors);
}

/// The attempts under way: they end with the race, however it ends.
struct Attempts {
    ~Attempts() {
        for (const auto& task : running) task.cancel();
    }
    std::vector<Task<Connection>> running;
};

/// Starts an attempt when one has failed, or beside the others when `delay` has passed. The first to succeed wins.
Coroutine<Connection> race(std::vector<SocketAddress> addresses, std::size_t limit, Duration delay) {
    Attempts attempts;
    std::vector<std::exception_ptr> errors;
    auto next = addresses.begin();
    while (next != addresses.end() || !attempts.running.empty()) {
        if (next != addresses.end()) attempts.running.push_back(create_task(connect(*next++, limit)));
        const auto patience = next != addresses.end() ? std::optional(delay) : std::nullopt;
        const auto [done, pending] = co_await wait(attempts.running, FIRST_COMPLETED, patience);
        attempts.running = pending;
        for (const auto& task : done) {
            if (!task.exception()) co_return task.result();
            errors.push_back(task.exception());
        }
    }
    throw_all(errors);
}
}  // namespace

Coroutine<Connection> open_connection(std::string host, Port port, ConnectionOptions options) {
    if (options.limit == 0) throw ValueError("Limit cannot be <= 0");
    const AddressQuery query{.family = options.family};
    std::vector<SocketAddress> addresses = co_await getaddrinfo(std::move(host), port, query);
    if (const auto delay = options.happy_eyeballs_delay)
        co_return co_await race(interleave_families(addresses), options.limit, *delay);
    co_return co_await one_after_the_other(std::move(addresses), options.limit);
}

Coroutine<Connection> open_unix_connection(std::string path, ConnectionOptions options) {
    if (options.limit == 0) throw ValueError("Limit cannot be <= 0");
    co_return co_await connect(SocketAddress::of_path(path), options.limit);
}
}  // namespace aio
