// open_connection(): a connection to somebody who listens.
#pragma once
#include "runtime/io/os_errors.hpp"
#include "runtime/io/stream_reader.hpp"
#include "runtime/io/stream_writer.hpp"

namespace aio {
struct ConnectionOptions {
    /// Bytes: the longest line or record that readline() and readuntil() look for.
    std::size_t limit = detail::Stream::default_limit;
    /// How long one address may take before the next is tried beside it, IPv6 and IPv4 in turn: RFC 8305, which
    /// proposes 250ms. Without it the addresses are tried one after the other.
    std::optional<Duration> happy_eyeballs_delay{};
    /// AF_INET or AF_INET6: only addresses of that family.
    int family = AF_UNSPEC;
};
using Connection = std::pair<StreamReader, StreamWriter>;

/// `auto [reader, writer] = co_await aio::open_connection("example.org", 80);`  TCP. Throws gaierror, or for one
/// address what connecting to it threw (ConnectionRefusedError, TimeoutError, OSError), for several addresses an
/// OSError that names all; ValueError if the limit is zero. Cancelled, it leaves no socket behind.
Coroutine<Connection> open_connection(std::string host, Port port, ConnectionOptions options = {});

/// The same to a unix socket. Throws what opening a file throws, such as FileNotFoundError; ConnectionRefusedError if
/// nobody listens there any more, OSError with EAGAIN if too many wait there.
Coroutine<Connection> open_unix_connection(std::string path, ConnectionOptions options = {});
}  // namespace aio
