// What the system says about connections, files and names, as exceptions with Python's names.
#pragma once
#include <string_view>
#include "runtime/reactor/errors.hpp"

namespace aio {
/// The base of all that follow, and of what the standard library throws, as std::filesystem: `catch (const
/// aio::OSError&)` gets them all. code() holds the errno; what() names the operation, what it was about and the reason:
/// "connect to 127.0.0.1:80: Connection refused". An errno without a class of its own is just this. Python's OSError is
/// the base of TimeoutError, too; ours is not.
using OSError = std::system_error;

/// Base of the errors of connections.
struct ConnectionError : OSError {
    using OSError::OSError;
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

// Of files, and of the paths of unix sockets; PermissionError of ports as well.
struct FileNotFoundError : OSError {
    using OSError::OSError;
};
struct FileExistsError : OSError {
    using OSError::OSError;
};
struct PermissionError : OSError {
    using OSError::OSError;
};
struct IsADirectoryError : OSError {
    using OSError::OSError;
};
struct NotADirectoryError : OSError {
    using OSError::OSError;
};

/// A name could not be resolved; code() holds an EAI_ number of getaddrinfo(3). Python: socket.gaierror.
struct gaierror : OSError {
    gaierror(int code, const std::string& operation);
};

namespace detail {
/// The exception for an errno: one of those above, TimeoutError for ETIMEDOUT, else OSError.
std::exception_ptr os_error(int error, const std::string& operation);
[[noreturn]] void throw_os_error(int error, const std::string& operation);
/// Throws ValueError if there is a NUL in `name`: the system would take what stands before it for the whole name.
void require_no_nul(std::string_view name);
}  // namespace detail
}  // namespace aio
