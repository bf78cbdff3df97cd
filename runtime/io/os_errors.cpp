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

gaierror::gaierror(int code, const std::string& operation) : OSError(code, gai_category, operation) {}

namespace detail {
std::exception_ptr os_error(int error, const std::string& operation) {
    switch (error) {
        case ECONNREFUSED: return make<ConnectionRefusedError>(error, operation);
        case ECONNRESET: return make<ConnectionResetError>(error, operation);
        case ECONNABORTED: return make<ConnectionAbortedError>(error, operation);
        case EPIPE:
        case ESHUTDOWN: return make<BrokenPipeError>(error, operation);
        case ENOENT: return make<FileNotFoundError>(error, operation);
        case EEXIST: return make<FileExistsError>(error, operation);
        case EACCES:
        case EPERM: return make<PermissionError>(error, operation);
        case EISDIR: return make<IsADirectoryError>(error, operation);
        case ENOTDIR: return make<NotADirectoryError>(error, operation);
        case ETIMEDOUT:
            return std::make_exception_ptr(TimeoutError(OSError(error, std::system_category(), operation).what()));
        default: return make<OSError>(error, operation);
    }
}

void throw_os_error(int error, const std::string& operation) { std::rethrow_exception(os_error(error, operation)); }

void require_no_nul(std::string_view name) {
    if (name.find('\0') != name.npos) throw ValueError("embedded null byte");
}
}  // namespace detail
}  // namespace aio
