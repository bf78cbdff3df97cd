// What the kernel says about connections and files, as exceptions with Python's names.
#pragma once
#include <filesystem>
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

/// These and std::filesystem's own errors have one base, std::filesystem::filesystem_error. code() holds the errno,
/// path1() the path, and what() says all: "filesystem error: open: No such file or directory [notes.txt]".
struct FileNotFoundError : std::filesystem::filesystem_error {
    using filesystem_error::filesystem_error;
};
struct FileExistsError : std::filesystem::filesystem_error {
    using filesystem_error::filesystem_error;
};
struct PermissionError : std::filesystem::filesystem_error {
    using filesystem_error::filesystem_error;
};
struct IsADirectoryError : std::filesystem::filesystem_error {
    using filesystem_error::filesystem_error;
};
struct NotADirectoryError : std::filesystem::filesystem_error {
    using filesystem_error::filesystem_error;
};

namespace detail {
/// The exception for an errno of a socket: one of those above, TimeoutError for ETIMEDOUT, else std::system_error.
std::exception_ptr connection_error(int error, const std::string& operation);
[[noreturn]] void throw_connection_error(int error, const std::string& operation);
/// Throws the one for an errno of a file: one of those above, else a filesystem_error.
[[noreturn]] void throw_file_error(int error, const char* operation, const std::filesystem::path& path);
}  // namespace detail
}  // namespace aio
