// What the kernel says about a connection, as exceptions with Python's names.
#pragma once
#include <exception>
#include <string>
#include <system_error>
#include "runtime/reactor/errors.hpp"

namespace aio {
/// Base of the errors of connections. code() holds the errno; what() names the operation, the other end and the reason:
/// "connect to 127.0.0.1:80: Connection refused". Python: ConnectionError, a kind of OSError.
struct ConnectionError : std::system_error {
    using std::system_error::system_error;
};
/// Nobody listens there.
struct ConnectionRefusedError : ConnectionError {
    using ConnectionError::ConnectionError;
};
/// The other end has thrown the connection away, with what was on its way.
struct ConnectionResetError : ConnectionError {
    using ConnectionError::ConnectionError;
};
struct ConnectionAbortedError : ConnectionError {
    using ConnectionError::ConnectionError;
};
/// A write to a connection whose other end is gone.
struct BrokenPipeError : ConnectionError {
    using ConnectionError::ConnectionError;
};

/// A name could not be resolved; code() holds an EAI_ number of getaddrinfo(3). Python: socket.gaierror.
struct gaierror : std::system_error {
    gaierror(int code, const std::string& operation);
};

namespace detail {
/// The exception for an errno: one of those above, TimeoutError for ETIMEDOUT, else std::system_error.
std::exception_ptr connection_error(int error, const std::string& operation);
}  // namespace detail
}  // namespace aio
