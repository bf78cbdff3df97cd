#include "runtime/io/os_errors.hpp"
#include <netdb.h>
#include <cerrno>

namespace aio {
namespace {
struct GaiCategory final : std::error_category {
    const char* name() const noexcept override { return "getaddrinfo"; }
    std::string message(int code) const override { return gai_strerror(code); }
};
const GaiCategory gai_category;

template <class E> std::exception_ptr make(int error, const std::string& operation) {
    return std::make_exception_ptr(E(error, std::system_category(), operation));
}
}  // namespace

gaierror::gaierror(int code, const std::string& operation) : std::system_error(code, gai_category, operation) {}

namespace detail {
std::exception_ptr connection_error(int error, const std::string& operation) {
    switch (error) {
        case ECONNREFUSED: return make<ConnectionRefusedError>(error, operation);
        case ECONNRESET: return make<ConnectionResetError>(error, operation);
        case ECONNABORTED: return make<ConnectionAbortedError>(error, operation);
        case EPIPE:
        case ESHUTDOWN: return make<BrokenPipeError>(error, operation);
        case ETIMEDOUT:
            return std::make_exception_ptr(
                TimeoutError(std::system_error(error, std::system_category(), operation).what()));
        default: return make<std::system_error>(error, operation);
    }
}

void throw_connection_error(int error, const std::string& operation) {
    std::rethrow_exception(connection_error(error, operation));
}

void throw_file_error(int error, const char* operation, const std::filesystem::path& path) {
    const std::error_code code(error, std::system_category());
    switch (error) {
        case ENOENT: throw FileNotFoundError(operation, path, code);
        case EEXIST: throw FileExistsError(operation, path, code);
        case EACCES:
        case EPERM: throw PermissionError(operation, path, code);
        case EISDIR: throw IsADirectoryError(operation, path, code);
        case ENOTDIR: throw NotADirectoryError(operation, path, code);
        default: throw std::filesystem::filesystem_error(operation, path, code);
    }
}
}  // namespace detail
}  // namespace aio
